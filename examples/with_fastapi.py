"""FastAPI: what a page sends goes to Troth. `TROTH_URL=… TROTH_KEY=… uvicorn with_fastapi:app`."""

import os
from typing import Annotated

from fastapi import Body, FastAPI
from fastapi.responses import JSONResponse
from troth_client import RefusedError, Troth

app = FastAPI()
troth = Troth(os.environ["TROTH_URL"], key=os.environ["TROTH_KEY"])


@app.post("/profile/{user}")
def profile(user: str, given: Annotated[dict[str, str], Body()]):
    try:
        taken = troth.record(user, "account", given, purpose="account", new=True)
        return {"record": taken.id, "statement": taken.statement}
    except RefusedError as no:
        return JSONResponse({"why": no.detail, "statement": no.statement}, status_code=no.status)
