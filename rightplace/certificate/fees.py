"""What a child costs in a setting, added up for the certificate: need levels, support, contracts, defaults, steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightplace.instances.children import CaredForAlongside
from rightplace.instances.settings import Carer, ContractKind, Home, Sector, Support

if TYPE_CHECKING:
    from rightplace.instances.children import Child
    from rightplace.instances.instance import Instance
    from rightplace.instances.settings import Contract, Setting
    from rightplace.plan import Placement


class Fees:
    """The fees of an instance, one child and setting at a time."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    def _level(self, setting: Setting) -> int:
        if setting.offer.terms.need_level is not None:
            return setting.offer.terms.need_level
        default = self._instance.policy.default_need_level
        if isinstance(setting, Carer):
            return default.connected_carer if setting.connected else default.carer
        return default.home if isinstance(setting, Home) else default.supported_accommodation

    def _child_level(self, child: Child) -> int:
        return child.need_level if child.need_level is not None else self._instance.policy.default_need_level.child

    def support(self, child: Child, setting: Setting) -> Support:
        """The least support package that lifts the setting to the child's need level."""
        missing = self._child_level(child) - self._level(setting)
        if missing <= 0:
            return Support.NONE
        return Support.LOW if missing <= self._instance.policy.support.low_lifts_levels else Support.MEDIUM

    def support_price(self, support: Support) -> int:
        """What a support package costs, pence a week."""
        packages = self._instance.policy.support
        return {Support.NONE: 0, Support.LOW: packages.low_pence, Support.MEDIUM: packages.medium_pence}[support]

    def contract(self, child: Child, setting: Setting) -> Contract | None:
        """The setting's contract, if it is for the children of this child's authority."""
        if setting.offer.contract_id is None:
            return None
        contract = self._instance.contract[setting.offer.contract_id]
        return contract if contract.authority_id in (None, child.authority_id) else None

    def fee(self, child: Child, setting: Setting, contract: Contract | None, on_block: bool) -> int:
        """The fee before support: a block's second part, the first fitting band, the setting's fee, or the default."""
        level = self._child_level(child)
        if on_block and contract is not None:
            return contract.second_part_pence_per_week
        if contract is not None and contract.kind is ContractKind.FRAMEWORK:
            for band in contract.bands:
                if (
                    band.age_min_months <= child.age_months <= band.age_max_months
                    and level <= band.need_level_max
                    and (not band.solo or child.cared_for_alongside is CaredForAlongside.SOLO)
                    and (not band.parent_and_child or child.parent_and_child)
                ):
                    return band.fee_pence_per_week
        asked = setting.offer.fees_pence_per_week
        return asked[min(level, len(asked)) - 1] if asked else self._default_fee(setting)

    def _default_fee(self, setting: Setting) -> int:
        default = self._instance.policy.default_fee
        in_house = self._instance.provider[setting.offer.provider_id].sector is Sector.LOCAL_AUTHORITY
        if isinstance(setting, Carer):
            if setting.connected:
                return default.carer_connected
            return default.carer_in_house if in_house else default.carer_independent
        if isinstance(setting, Home):
            return default.home_in_house if in_house else default.home_independent
        return default.supported_accommodation

    def step(self, placement: Placement) -> int:
        """The step of the cascade at which a placement is found: own, consortium, contract, spot."""
        child, setting = self._instance.child[placement.child_id], self._instance.setting[placement.setting_id]
        owner = self._instance.provider[setting.offer.provider_id].authority_id
        if owner == child.authority_id or setting.id in child.connected_carer_ids:
            return 0
        if owner is not None:
            return 1
        contract = self.contract(child, setting)
        return 3 if contract is None or contract.kind is ContractKind.SPOT else 2
