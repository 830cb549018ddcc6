/** Tabs, of which one panel is shown: arrow keys go from one to the next, as in ARIA's guide. */

export class Tabs {
  constructor(list) {
    this._tabs = [...list.querySelectorAll("[role=tab]")];
    list.addEventListener("click", ({ target }) => target.closest("[role=tab]") && this.open(target.closest("[role=tab]")));
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const shown = this._tabs.filter((tab) => !tab.hidden);
      const next = shown[(shown.indexOf(event.target) + step + shown.length) % shown.length];
      this.open(next);
      next.focus();
    });
  }

  open(chosen) {
    for (const tab of this._tabs) {
      const isOpen = tab === chosen;
      tab.setAttribute("aria-selected", String(isOpen));
      tab.tabIndex = isOpen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isOpen;
    }
  }

  /** Offer a tab, or do not; where it was open, the first one is. */
  offer(tab, isOffered) {
    tab.hidden = !isOffered;
    if (!isOffered && tab.ariaSelected === "true") this.open(this._tabs[0]);
  }
}
