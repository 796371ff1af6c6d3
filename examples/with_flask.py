"""Flask: a form goes to Troth. `TROTH_URL=… TROTH_KEY=… flask --app with_flask run`."""

import os

from flask import Flask, request
from troth_client import RefusedError, Troth

app = Flask(__name__)
troth = Troth(os.environ["TROTH_URL"], key=os.environ["TROTH_KEY"])


@app.post("/profile/<user>")
def profile(user):
    try:
        given = request.form.to_dict()
        taken = troth.record(user, "account", given, purpose="account", new=True)
        return {"record": taken.id, "statement": taken.statement}
    except RefusedError as no:
        return {"why": no.detail, "statement": no.statement}, no.status
