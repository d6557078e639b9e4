"""The table of (child, setting) pairs: attributes as arrays, one row a pair.

``Facts`` turns an instance into arrays once; ``Pairs`` points into them. The same rule functions run on millions of
pairs when matching, on the placements of a plan when it is checked, on a table of one row when a pair is explained.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from rightplace.instances.children import Place, Togetherness, Wish
from rightplace.instances.geography import distance_tenths
from rightplace.instances.settings import Carer, PlaceState
from rightplace.rules.attributes import PLACES, ChildFacts, Ints, Mask, SettingFacts, flags, ints

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from rightplace.instances.instance import Instance
    from rightplace.rules.bedrooms import Bedrooms
    from rightplace.rules.compatibility import Household
    from rightplace.rules.decided import Decided
    from rightplace.rules.fostering import FosteringLimit
    from rightplace.rules.preference import UnmetWish

Scalar = TypeVar("Scalar", bound=np.generic)


USUAL_FOSTERING_LIMIT = 3
"""Children Act 1989 Sch 7 para 2."""


class InForce(NamedTuple):
    """An authorisation in numbers: positions (-1 for any), and its first and last day as ordinals."""

    child_idx: int
    setting_idx: int
    first_day: int
    last_day: int


class Facts:
    """An instance as arrays: every child and every setting, and who lives where on which day.

    Parameters
    ----------
    rematch
        Children who may move count as candidates beside those who wait.
    """

    def __init__(self, instance: Instance, *, rematch: bool = False) -> None:
        self.instance = instance
        self.rematch = rematch
        self.authority_idx = {authority.id: i for i, authority in enumerate(instance.authorities)}
        self.setting_idx = {setting.id: i for i, setting in enumerate(instance.settings)}
        self.child_idx = {child.id: i for i, child in enumerate(instance.children)}
        self.children = ChildFacts(self, instance.children)
        self.settings = SettingFacts(self, instance.settings)
        candidates = instance.candidates(rematch)
        self.candidate_idx = ints(self.child_idx[child.id] for child in candidates)
        self.is_candidate = np.zeros(len(instance.children), dtype=np.bool_)
        self.is_candidate[self.candidate_idx] = True

    @cached_property
    def days(self) -> Ints:
        """The days on which anything changes, as ordinals, ascending.

        The instance's own day, the days on which a candidate's placement may start, and the days on which a count of
        places begins or ends, up to the last day on which a child who waits or may move could start: whether moves may
        be proposed changes nothing about how long a place must last.
        """
        starts = self.children.start_day[self.candidate_idx]
        first = self.instance.date.toordinal()
        last = max((self.instance.start(child).toordinal() for child in self.instance.candidates(True)), default=first)
        counts = [count for setting in self.instance.settings for count in setting.offer.place_counts]
        dates = {day.toordinal() for n in counts for day in (n.from_date, n.until_date) if day is not None}
        return np.unique([first, *starts, *(day for day in dates if first <= day <= last)]).astype(np.int64)

    @cached_property
    def start_day_idx(self) -> Ints:
        """Position in ``days`` of each child's start (meaningful for candidates)."""
        return np.searchsorted(self.days, self.children.start_day)

    @cached_property
    def leavers(self) -> Ints:
        """(num_settings, num_days): candidates who live in the setting now and could have left by the day.

        Never more than the places still filled on the day: a place whose filling ends is vacant already.
        """
        counts = np.zeros((len(self.instance.settings), len(self.days)), dtype=np.int64)
        current = self.children.current_setting_idx[self.candidate_idx]
        start = self.start_day_idx[self.candidate_idx]
        np.add.at(counts, (current[current >= 0], start[current >= 0]), 1)
        could_have_left: Ints = np.minimum(counts.cumsum(axis=1), self.filled)
        return could_have_left

    @cached_property
    def vacant(self) -> Ints:
        """(num_settings, num_days): vacant places on the day, before anybody of the plan moves."""
        days = [date.fromordinal(int(day)) for day in self.days]
        counts = np.zeros((len(self.instance.settings), len(days)), dtype=np.int64)
        for i, setting in enumerate(self.instance.settings):
            offer = setting.offer
            if all(count.from_date is None and count.until_date is None for count in offer.place_counts):
                counts[i] = offer.num_vacant(days[0])
            else:
                counts[i] = [offer.num_vacant(day) for day in days]
        return counts

    @cached_property
    def free(self) -> Ints:
        """(num_settings, num_days): places that candidates may take, those left by other candidates included."""
        return self.vacant + self.leavers

    @cached_property
    def free_from(self) -> Ints:
        """(num_settings, num_days): the fewest places that are free on the day or on any later one."""
        fewest: Ints = np.minimum.accumulate(self.free[:, ::-1], axis=1)[:, ::-1]
        return fewest

    @cached_property
    def num_residents(self) -> Ints:
        """Per setting: children of the instance who live there now."""
        return np.diff(self.residents[0])

    @cached_property
    def filled(self) -> Ints:
        """(num_settings, num_days): places that are filled on the day, before anybody of the plan moves."""
        days = [date.fromordinal(int(day)) for day in self.days]
        counts = np.zeros((len(self.instance.settings), len(days)), dtype=np.int64)
        for i, setting in enumerate(self.instance.settings):
            filled = [count for count in setting.offer.place_counts if count.state is PlaceState.FILLED]
            if all(count.from_date is None and count.until_date is None for count in filled):
                counts[i] = setting.offer.num_filled
            else:
                counts[i] = [sum(count.num_places for count in filled if not count.num_vacant(day)) for day in days]
        return counts

    @cached_property
    def unnamed(self) -> Ints:
        """(num_settings, num_days): people in filled places on the day who are no children of the instance."""
        return np.maximum(self.filled - self.num_residents[:, None], 0)

    @cached_property
    def others(self) -> Ints:
        """(num_settings, num_days): most people in filled places from the day on who could not have left."""
        on_the_day = self.filled - self.leavers
        most: Ints = np.maximum.accumulate(on_the_day[:, ::-1], axis=1)[:, ::-1]
        return most

    @cached_property
    def authorised(self) -> Mapping[str, tuple[InForce, ...]]:
        """The authorisations of each rule, by rule id."""
        found: dict[str, list[InForce]] = defaultdict(list)
        for row in self.instance.authorisations:
            child = -1 if row.child_id is None else self.child_idx[row.child_id]
            setting = -1 if row.setting_id is None else self.setting_idx[row.setting_id]
            last = date.max if row.last_day is None else row.last_day
            found[row.rule].append(InForce(child, setting, row.authorised_on.toordinal(), last.toordinal()))
        return {rule: tuple(rows) for rule, rows in found.items()}

    @cached_property
    def own_provision(self) -> Mask:
        """(num_authorities, num_authorities + 1): whether the row's children may use the column's own settings.

        Own and consortium partners' provision is open; the last column is for providers that no authority owns.
        """
        authorities = self.instance.authorities
        is_open = np.zeros((len(authorities), len(authorities) + 1), dtype=np.bool_)
        is_open[:, -1] = True
        for i, authority in enumerate(authorities):
            is_open[i, i] = True
            for partner in authority.partner_ids:
                if partner in self.authority_idx:
                    is_open[i, self.authority_idx[partner]] = True
        return is_open

    @cached_property
    def adjoining(self) -> Mask:
        """(num_authorities, num_authorities): the column's area is the row's own or shares a boundary with it."""
        authorities = self.instance.authorities
        near = np.eye(len(authorities), dtype=np.bool_)
        for i, authority in enumerate(authorities):
            for neighbour in authority.neighbour_ids:
                if neighbour in self.authority_idx:
                    near[i, self.authority_idx[neighbour]] = True
        return near | near.T

    @cached_property
    def connected_keys(self) -> Ints:
        """Sorted keys child_idx * num_settings + setting_idx of children and their connected carers."""
        m = len(self.instance.settings)
        pairs = ((c, s) for c in self.instance.children for s in c.connected_carer_ids)
        return np.sort(ints(self.child_idx[c.id] * m + self.setting_idx[s] for c, s in pairs))

    @cached_property
    def connected_sides(self) -> tuple[Mask, Mask]:
        """Per child: names a connected carer; per setting: is named by a child."""
        names_a_carer = flags(bool(child.connected_carer_ids) for child in self.instance.children)
        is_named = np.zeros(len(self.instance.settings), dtype=np.bool_)
        is_named[self.connected_keys % max(1, len(is_named))] = True
        return names_a_carer, is_named

    @cached_property
    def group_numbers(self) -> Mapping[str, tuple[int, ...]]:
        """Positions of the sibling groups of each child, those kept apart included, by child id."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, group in enumerate(self.instance.sibling_groups):
            for child_id in group.child_ids:
                found[child_id].append(number)
        return {child_id: tuple(numbers) for child_id, numbers in found.items()}

    @cached_property
    def group_idx(self) -> Ints:
        """Per child: position of the sibling group it should live with (REQUIRED or PREFERRED), else -1."""
        found = np.full(len(self.instance.children), -1, dtype=np.int64)
        for number, group in enumerate(self.instance.sibling_groups):
            if group.togetherness is not Togetherness.APART:
                found[[self.child_idx[child_id] for child_id in group.child_ids]] = number
        return found

    @cached_property
    def residents(self) -> tuple[Ints, Ints]:
        """Who lives where: ``children[first[s]:first[s + 1]]`` are the positions of the residents of setting ``s``."""
        current = self.children.current_setting_idx
        children = np.flatnonzero(current >= 0)
        children = children[np.argsort(current[children], kind="stable")]
        return np.searchsorted(current[children], np.arange(len(self.instance.settings) + 1)), children

    @cached_property
    def decided(self) -> Decided:
        """What officers have decided."""
        from rightplace.rules.decided import Decided

        return Decided(self)

    @cached_property
    def household(self) -> Household:
        """Who may share a setting with whom."""
        from rightplace.rules.compatibility import Household

        return Household(self)

    @cached_property
    def fostering_limit(self) -> FosteringLimit:
        """Whom the usual fostering limit keeps out, whatever the plan."""
        from rightplace.rules.fostering import FosteringLimit

        return FosteringLimit(self)

    @cached_property
    def undated_exemptions(self) -> Ints:
        """Keys child_idx * num_settings + setting_idx of exemptions in the carers' own rows."""
        carers = ((i, s) for i, s in enumerate(self.instance.settings) if isinstance(s, Carer))
        m = len(self.instance.settings)
        return ints(self.child_idx[c] * m + i for i, carer in carers for c in sorted(carer.exempt_child_ids))

    @cached_property
    def bedrooms(self) -> Bedrooms:
        """The bedrooms of every carer, and who takes them."""
        from rightplace.rules.bedrooms import Bedrooms

        return Bedrooms(self)

    @cached_property
    def has_lawful_connected_carer(self) -> Mask:
        """Per child: a connected carer could lawfully take it, whatever is decided, or it may go on living with one.

        Only candidates are asked about the hard rules: no day of theirs is known of children who stay.
        """
        from rightplace.rules.catalogue import lawful_whatever_decided

        child, setting = np.divmod(self.connected_keys, max(1, len(self.instance.settings)))
        pairs = Pairs(self, child, setting)
        found = np.zeros(len(self.instance.children), dtype=np.bool_)
        found[lawful_whatever_decided(pairs.where(self.is_candidate[child])).child_idx] = True
        found[child[pairs.is_stay & ~self.children.is_waiting[child]]] = True
        return found

    @cached_property
    def unmet_wishes(self) -> Mapping[Wish, UnmetWish]:
        """Who wishes what of a setting in vain."""
        from rightplace.rules.preference import UnmetWish

        return {wish: UnmetWish(self.instance, wish) for wish in Wish}

    @cached_property
    def keeps_fostering_limit(self) -> Mask:
        """(num_settings,): whether those who live with a carer today keep the usual fostering limit."""
        settings = self.instance.settings
        return flags(not isinstance(s, Carer) or self._household_is_lawful(s) for s in settings)

    def _household_is_lawful(self, carer: Carer) -> bool:
        residents = self.instance.residents.get(carer.id, ())
        names = {child.id for child in residents}
        num_unnamed = int(self.unnamed[self.setting_idx[carer.id], 0])
        if num_unnamed + sum(child.num_children for child in residents) <= USUAL_FOSTERING_LIMIT:
            return True
        siblings = any(names <= set(group.child_ids) for group in self.instance.sibling_groups)
        return num_unnamed == 0 and (siblings or names <= self.instance.exempt_child_ids.get(carer.id, frozenset()))

    @cached_property
    def required_setting_idx(self) -> Ints:
        """Per child: the setting where siblings live with whom it must live (and who stay there), else -1."""
        found = np.full(len(self.instance.children), -1, dtype=np.int64)
        for group in self.instance.sibling_groups:
            if group.togetherness is Togetherness.REQUIRED:
                members = ints(self.child_idx[child_id] for child_id in group.child_ids)
                current = self.children.current_setting_idx[members]
                fixed = current[(current >= 0) & ~self.is_candidate[members]]
                if len(fixed):
                    found[members] = fixed[0]
        return found


class Pairs:
    """Some (child, setting) pairs: positions in ``facts.instance.children`` and ``.settings``, one entry a pair."""

    def __init__(self, facts: Facts, child_idx: Ints, setting_idx: Ints) -> None:
        self.facts = facts
        self.child_idx = child_idx
        self.setting_idx = setting_idx

    @classmethod
    def product(cls, facts: Facts, child_idx: Ints, setting_idx: Ints) -> Pairs:
        """Every one of the children with every one of the settings."""
        return cls(facts, np.repeat(child_idx, len(setting_idx)), np.tile(setting_idx, len(child_idx)))

    @classmethod
    def of(cls, facts: Facts, child_id: str, setting_id: str) -> Pairs:
        """The table of one row."""
        return cls(facts, np.array([facts.child_idx[child_id]]), np.array([facts.setting_idx[setting_id]]))

    def __len__(self) -> int:
        return len(self.child_idx)

    @property
    def shape(self) -> tuple[int, ...]:
        """One number for a table of pairs; two for a grid with the children down and the settings across."""
        return np.broadcast_shapes(self.child_idx.shape, self.setting_idx.shape)

    def is_authorised(self, rule_id: str) -> Mask:
        """Whether an authorisation of this rule is in force for the pair on the child's first day."""
        start = self.child(self.facts.children.start_day)
        found = np.zeros(self.shape, dtype=np.bool_)
        for row in self.facts.authorised.get(rule_id, ()):
            in_force = (row.first_day <= start) & (start <= row.last_day)
            is_child = (row.child_idx < 0) | (self.child_idx == row.child_idx)
            is_setting = (row.setting_idx < 0) | (self.setting_idx == row.setting_idx)
            found |= in_force & is_child & is_setting
        return found

    def where(self, mask: Mask) -> Pairs:
        """The pairs of a mask."""
        rows = np.flatnonzero(mask)
        return Pairs(self.facts, self.child_idx.take(rows), self.setting_idx.take(rows))

    def child(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """An array over children, spread over the pairs."""
        return values.take(self.child_idx)

    def setting(self, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """An array over settings, spread over the pairs."""
        return values.take(self.setting_idx)

    @cached_property
    def type(self) -> Ints:
        """Type of the setting."""
        return self.setting(self.facts.settings.type)

    @cached_property
    def start_day_idx(self) -> Ints:
        """Position in ``facts.days`` of the child's start."""
        return self.child(self.facts.start_day_idx)

    def is_place(self, *places: Place) -> Mask:
        """Whether the setting has one of these PLACE codes."""
        wanted = np.zeros(len(PLACES), dtype=np.bool_)
        wanted[[PLACES.index(place) for place in places]] = True
        return wanted[self.setting(self.facts.settings.place)]

    @cached_property
    def miles_from_home_tenths(self) -> Ints:
        """Tenths of a mile from the family home, straight line; -1 where either place is unknown."""
        return self._tenths(self.facts.children.home)

    @cached_property
    def miles_from_school_tenths(self) -> Ints:
        """Tenths of a mile from school, straight line; -1 where the child has none or it is unknown."""
        return self._tenths(self.facts.children.school)

    def _tenths(self, points: tuple[Ints, Ints, Mask]) -> Ints:
        east, north, known = self.child(points[0]), self.child(points[1]), self.child(points[2])
        at = self.facts.settings.location
        s_east, s_north, s_known = self.setting(at[0]), self.setting(at[1]), self.setting(at[2])
        tenths = distance_tenths(east, north, s_east, s_north).astype(np.int64)
        return np.where(known & s_known, tenths, -1)

    @cached_property
    def in_area(self) -> Mask:
        """The setting stands in the responsible authority's area."""
        return self.child(self.facts.children.authority_idx) == self.setting(self.facts.settings.authority_idx)

    @cached_property
    def is_connected(self) -> Mask:
        """The carer is a relative or friend of this very child."""
        connected_keys, num_settings = self.facts.connected_keys, len(self.facts.instance.settings)
        names_a_carer, is_named = self.facts.connected_sides
        connected: Mask = self.child(names_a_carer) & self.setting(is_named)
        maybe = np.nonzero(connected)
        keys = np.broadcast_to(self.child_idx, connected.shape)[maybe] * num_settings
        keys += np.broadcast_to(self.setting_idx, connected.shape)[maybe]
        connected[maybe] = np.append(connected_keys, -1)[np.searchsorted(connected_keys, keys)] == keys
        return connected

    @cached_property
    def is_own(self) -> Mask:
        """The responsible authority itself runs the setting."""
        return self.child(self.facts.children.authority_idx) == self.setting(self.facts.settings.owner_idx)

    @cached_property
    def is_stay(self) -> Mask:
        """The child lives in this setting now."""
        return self.child(self.facts.children.current_setting_idx) == self.setting_idx
