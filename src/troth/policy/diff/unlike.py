"""Words and characters that are never misprints of one another, and those that often are.

One letter turns `our` into `your`, one character 前 (before) into 后 (after): such words carry
the meaning of a promise, so a change of one is read as meant.
"""

from typing import Final

NEGATING_PREFIXES: Final = ("un", "in", "im", "ir", "il", "non", "non-", "dis", "mis", "de", "a")

WEIGHTY_WORDS: Final = frozenset(
    """
    i me my we us our ours you your yours he him his she her hers it its they them their theirs
    who whom whose this that these those here there where when then than
    and or but if so as at by for from in into of off on onto out over to under up upon via with
    about above across against along among around before behind below beneath beside between
    beyond despite down during except inside near outside since through throughout till toward
    towards unless until while whether both either neither all any each every few many more most
    less least much none other others another same some such several one once twice again ever
    always often sometimes rarely
    is are was were be been being am do does did done has have had having
    yes no not nor own free paid public private personal sensitive anonymous
    sell sells sold share shares shared keep keeps kept use uses used give gives given
    take takes taken send sends sent store stores stored delete deletes deleted erase erased
    collect collects collected disclose discloses disclosed transfer transfers transferred
    retain retains retained remain remains publish publishes published process processes processed
    grant grants granted accept accepts accepted except consent consents contact contract contracts
    allow allows allowed opt in-house in out access assess
    """.split()  # noqa: SIM905 -- a list literal of 200 words would take 200 lines
)

HAN_NEGATING: Final = "不无非未没勿别禁拒免"
HAN_WEIGHTY: Final = frozenset(
    HAN_NEGATING
    + "可能须需应必将会要宜准许允"  # modals
    + "仅只均都各每任全部分所有少多最至超过以内外上下前后间时期止满逾"  # limits, times, places
    + "零〇一二两三四五六七八九十百千万亿半双几数第"  # numbers
    + "天日周月年时分秒岁元次倍"  # units
    + "您你我他她它们己自其此该本人者方谁"  # persons
    + "和与或及并且但若如除因由为被把向对从于"  # joints of a sentence
    + "收售出给卖买共享转让公开披露删除同意拒授权存储留保传送交换取得用处理查阅改更撤回停"
    + "力利"  # 权利 (a right) and 权力 (a power)
)
"""Characters that carry the meaning of a promise; a change of one is never a misprint."""

HAN_CONFUSED: Final = frozenset(
    frozenset(pair)
    for pair in (
        "帐账",
        "陆录",
        "象像",
        "做作",
        "的地",
        "的得",
        "地得",
        "在再",
        "既即",
        "贴帖",
        "那哪",
        "副付",
        "按安",
        "察查",
        "订定",
        "记纪",
        "粘黏",
        "连联",
        "候侯",
        "拨拔",
        "详祥",
        "辩辨",
        "制致",
        "惟唯",
        "撒撤",
        "崇祟",
        "戴带",
        "迭叠",
    )
)
"""Pairs that sound or look alike and are often misprinted for one another."""
