"""What stands beside a backup, for whoever finds it in some years, in both languages."""

from datetime import UTC, datetime
from typing import Final

from troth.protection.identities import IDENTITY_FILE

DATA: Final = """A backup of the data of a Troth server, made at {at} (UTC).

data.age holds every table of the database but the sessions (who is signed in). It is encrypted
with age (https://age-encryption.org, C2SP age v1). It opens with
{opens}.

With Troth (which refuses it if one byte is wrong):

    troth restore THIS-FOLDER --data NEW-DATA-FOLDER{option}

Without Troth, with the public tools age and tar:

    age -d -i {identity} data.age | tar -xz

In it: format.json (tables, columns, migrations); tables/NAME/000001 and so on (MessagePack, an
array of rows); manifest.json (rows, bytes and SHA-256 of each table, the ledger's checkpoint) and
its signature. Personal values are sealed: the key store opens them, whose backup is elsewhere.

Troth 服务器数据的备份，制作于 {at}（UTC）。

data.age 保存数据库中除会话（谁已登录）以外的全部数据表，
以 age 加密，用 age 密钥或口令打开（见上）。
恢复：troth restore 本文件夹 --data 新数据文件夹{option}
个人信息的值另行密封，要用密钥库打开；密钥库的备份在别处。
"""
KEYS: Final = """A backup of the key store of a Troth server, made at {at} (UTC).

keys.age is a SQLite file, encrypted with age (https://age-encryption.org, C2SP age v1). It opens
with {opens}.

    troth restore BACKUP-OF-THE-DATA --data NEW-DATA-FOLDER --keys THIS-FOLDER{option}

Its keys are wrapped by the generation keys in ../generations, and those by the operator's key,
which is not here: keep it elsewhere. Every 7 days the server destroys its generation key; the next
backup of the keys destroys it here too, and whatever is older opens nothing any more. So an
erasure is final in every copy, and so you need a backup of the keys that is younger than 7 days.

Troth 服务器密钥库的备份，制作于 {at}（UTC）。

其中的密钥由 ../generations 中的世代密钥包裹，
世代密钥又由运营者的密钥包裹，后者不在这里，请另行保管。
服务器每 7 天销毁一次世代密钥，下一次备份密钥时，这里的也一并销毁，
更早的备份便再也打不开：因此删除在每一份副本中都是彻底的，
也因此您需要一份不超过 7 天的密钥备份。
"""
BY_PHRASE: Final = "the passphrase; identity.age is the key to it, encrypted by the passphrase"
BY_IDENTITY: Final = "the identity (AGE-SECRET-KEY-1...) of a public key it was made for"


def readme(template: str, at: datetime, *, by_passphrase: bool) -> bytes:
    """Return the text for a backup made at a time."""
    return template.format(
        at=f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        opens=BY_PHRASE if by_passphrase else BY_IDENTITY,
        option="" if by_passphrase else " --identity IDENTITY-FILE",
        identity=IDENTITY_FILE if by_passphrase else "IDENTITY-FILE",
    ).encode()
