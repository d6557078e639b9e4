"""Build ``docs/rules.md`` from the catalogue of rules.

Run from the top folder, after any change to ``rightplace/rules``:

    python -m tools.build_rules_doc

``tests/rules/test_rules_page.py`` fails while the page says something else than the catalogue.
"""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rightplace.instances.policy import SWITCHABLE_RULES, Policy, Prices, default_policy
from rightplace.rules.catalogue import (
    APPROVAL_RULES,
    GUIDE_NUMBERS,
    HARD_RULES,
    NOTIFICATION_RULES,
    PLANNING_RULES,
    PREFERENCE_RULES,
    WARNING_RULES,
    parts_of,
)
from rightplace.rules.pairs import USUAL_FOSTERING_LIMIT
from rightplace.rules.rule import Kind, Owner, Scope

if TYPE_CHECKING:
    from rightplace.rules.rule import Rule

PAGE = Path(__file__).parents[1] / "docs" / "rules.md"

_HEAD = f"""\
# The rules

<!-- Written by tools/build_rules_doc.py from rightplace/rules. Do not edit: change the rule and run the tool. -->

Every rule is one function over pairs of a child and a setting. The same function filters all pairs of a match, says
why a child waits, and checks a plan.

There are {len(HARD_RULES)} hard rules, {len(APPROVAL_RULES)} approvals, {len(PREFERENCE_RULES)} preferences,
{len(NOTIFICATION_RULES)} notifications, {len(WARNING_RULES)} warnings and {len(PLANNING_RULES)} planning notes.

- A **hard** rule must be kept. A child who stays where they live is not tested against it.
- An **approval** lets the placement happen once somebody signs. The policy prices the work and delay of the
  signature.
- A **preference** is wanted. The policy prices how much of it is missing.
- A **notification** is what a placement obliges somebody to do by a deadline.
- A **warning** is something that somebody should look at before deciding.
- A **planning note** is about the places that an authority has or will lack, as this child shows them.

The last three never exclude a pair and cost nothing.

**Whom a rule is about.** Most are about one child and one setting. Where a rule is about everybody in a setting
together, or about a sibling group, the page says so: the test of the pair then looks at those who live there for
good, and the model and the certificate keep the rule for whoever else comes or goes by the plan.

**Whose rule it is.** A policy may switch off the authority's own rules, and no other: `[rules] off = ["R35"]` in the
policy. They are {", ".join(SWITCHABLE_RULES)}. A rule of law stays on, and so does one that says what a placement is.

**What may override a rule.** Where the law lets somebody override a rule, for a child, a setting, or a child in a
setting, the table [`authorisations`](file_formats.md#authorisations) records it with who decided and when. It counts
where it is in force on the day on which the child's placement starts. For an approval it is the signature already
given, which then is neither asked for nor priced. Other rules cannot be named there.

Numbers R01 to R38 are those of our catalogue of the law, a letter behind one stands for a part of it; P is practice.
"Text verified" says whether the words of the law were read for this rule; where it says no, the rule is known at second
hand, and you should look it up before you rely on it. "In force from" is empty where the rule is older than any data is
likely to be; before that day the rule is not applied. What no table says cannot be tested: a rule whose data are absent
keeps silent. Prices are settings of the section `[price]` of the policy,
in pence a week, with the default.
"""

_TAIL = f"""\
## Who may not live together

Rule R18, between a child who comes and everybody else in the setting: those who live there, and those who come by
the same plan. It holds **day by day**: a child who has left by the day another comes speaks against nobody, and a
child who was to leave but does not, does. Children who lived together before the plan and go on doing so are not
separated by it.

Two children never share a setting when any of these is so, whichever of the two it is said of:

- One is named never to share with the other, or their sibling group is to be kept apart.
- One should live alone ("solo"). Such a child also goes only where no other place is filled by somebody who will
  still be there, or who comes later: people whom the instance does not list count too.
- One should live only with older children and the other is younger, or only with younger ones and the other is
  older. Age is taken in whole months; children of the same age in months may share.
- One poses a risk to others that the policy separates, at the level it names or above, and the other is one from
  whom it separates: a **younger** child (by `younger_by_months` or more, and always by at least one month), **any**
  child, or one **at risk**, that is at high risk of exploitation of the same kind, sexual or criminal.

The separations are the policy's (`[compatibility]`). By default they are:

{{separations}}

**Exception.** Flats in self-contained supported accommodation (category 1) are not shared: nobody clashes there,
and who should live alone may live there. Every other kind of supported accommodation is shared.

A risk that is not recorded counts as no known risk. A clash is never priced: no fee makes up for it.

## The usual fostering limit

Rule R19 (Children Act 1989, Schedule 7). A foster carer looks after at most {USUAL_FOSTERING_LIMIT} children. More
are allowed only if

- all children who live with the carer are siblings of each other, that is members of one sibling group of the
  instance, or
- all of them are named by the carer's exemption: in `exempt_child_ids` of the carer's row, or by authorisations of
  R19, which say who gave it and when. Rule R20 asks for the latter.

Members of a sibling group and children whom the exemption names cannot be added together: one set must hold
everybody. Where somebody lives with the carer whom the instance does not list, neither exception applies, because
nobody can know whether they are a sibling or named.

It holds **day by day**: on each day from which somebody comes or a count of places changes, the limit counts who
lives there then, whether or not they have been there before. A resident who leaves by that day is no longer
counted; one who could have left but stays is. A parent with a baby counts as two; the exception asks for the
parent's name only. Places that are filled by people whom the instance does not list count as one child each,
whatever their dates.

A carer who is above the limit already, and whose household is under neither exception, takes nobody. The limit is
tested only where somebody comes: a plan is not refused because of a household that it leaves as it was. Homes and
supported accommodation have no such limit.

## Bedrooms

Rule R22 (fostering standard 10.6, which is a national minimum standard and no regulation). It is asked of carers whose
bedrooms are counted (`num_bedrooms`) and of no other setting.

- Every child over three, from the third birthday on, has a bedroom. A younger child needs none. A parent with a baby
  needs one.
- Two children share one where it is recorded for **both** that they may: an authorisation of R22 for each of them with
  this carer. With one of the two agreements missing, each needs a bedroom. Siblings are no exception: the standard
  makes none.
- People in filled places whom the instance does not list count as over three, a bedroom each.

It holds **day by day**, and is tested only where somebody over three comes: children who share a bedroom today may go
on doing so, if nobody else over three joins them.
"""


_SCOPES = {
    Scope.HOUSEHOLD: "everybody in the setting together",
    Scope.SIBLINGS: "a sibling group together",
    Scope.AREA: "all children and places of an authority",
}
_OWNERS = {
    Owner.AUTHORITY: "the authority's; its policy may switch the rule off",
    Owner.QUESTION: "nobody's: it says what a placement is",
}


def price_name(rule: Rule) -> str:
    """The name of the policy's price that a rule uses: the one whose change changes it."""
    policy = default_policy()
    assert rule.price is not None
    now = rule.price(policy)
    names = [name for name in (f.name for f in fields(Prices)) if rule.price(_dearer(policy, name)) != now]
    if len(names) != 1:
        raise ValueError(f"{rule.id} should have one price of the policy, and has {names}")
    return names[0]


def _dearer(policy: Policy, name: str) -> Policy:
    """The policy with one price a penny higher."""
    changed = {name: getattr(policy.price, name) + 1}
    return replace(policy, price=replace(policy.price, **changed))


def _rule(rule: Rule) -> str:
    lines = [f"### {rule.id}: {rule.title}", "", rule.sentence, ""]
    lines.append(f"- Kind: {rule.kind.value}")
    if rule.in_force_from is not None:
        lines.append(f"- In force from: {rule.in_force_from.day} {rule.in_force_from:%B %Y}")
    lines.append(f"- Source: {rule.source}")
    if rule.cites_law or not rule.is_verified:
        lines.append(f"- Text verified: {'yes' if rule.is_verified else 'no'}")
    if rule.signatory:
        who = "Who signs" if rule.kind is Kind.APPROVAL else "Who sees to it"
        lines += [f"- {who}: {rule.signatory}", f"- By when: {rule.deadline}"]
    if rule.scope is not Scope.PAIR:
        lines.append(f"- About: {_SCOPES[rule.scope]}")
    if rule.owner is not Owner.STATUTE:
        lines.append(f"- Whose rule: {_OWNERS[rule.owner]}")
    if rule.lifted_by:
        lines.append(f"- May be overridden by: {rule.lifted_by}")
    if rule.price is not None:
        unit = "a mile" if rule.divisor == 10 else "each time"
        lines.append(f"- Price: `{price_name(rule)}`, {rule.price(default_policy())} pence a week {unit} by default")
    return "\n".join([*lines, ""])


def _separations() -> str:
    whom = {"younger": "a younger child", "any": "any child", "at risk": "a child at high risk of it"}
    return "\n".join(
        f"- {s.risk.value}, {s.level}{' or above' if s.level == 'low' else ''}: from {whom[s.separate_from.value]}"
        for s in default_policy().compatibility.separations
    )


def _numbers() -> str:
    """The table of the numbers R01 to R38 with the rules that stand for each."""
    lines = ["## The law, by number", "", "| number | rules | text verified |", "|---|---|---|"]
    for number in GUIDE_NUMBERS:
        rules = parts_of(number)
        named = "; ".join(f"{rule.id} {rule.title.lower()} ({rule.kind.value})" for rule in rules)
        unread = [rule.id for rule in rules if not rule.is_verified]
        verified = "yes" if not unread else "no" if len(unread) == len(rules) else f"not {', '.join(unread)}"
        lines.append(f"| {number} | {named} | {verified} |")
    return "\n".join([*lines, ""])


def page() -> str:
    """The whole page."""
    parts = [_HEAD]
    parts.append(_numbers())
    kinds = (
        ("Hard rules", HARD_RULES),
        ("Approvals", APPROVAL_RULES),
        ("Preferences", PREFERENCE_RULES),
        ("Notifications", NOTIFICATION_RULES),
        ("Warnings", WARNING_RULES),
        ("Planning notes", PLANNING_RULES),
    )
    for title, rules in kinds:
        parts.append(f"## {title}\n")
        parts += [_rule(rule) for rule in rules]
    parts.append(_TAIL.replace("{separations}", _separations()))
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
