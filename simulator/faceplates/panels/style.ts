/** The panels' part of a page's style sheet. It uses the custom properties of `web/style.ts`. */
export const panelCss = `
.panels {
  --sheet: light-dark(#ffffff, #1b1f25);
  --code: light-dark(#f3f5f8, #14171b);
  --file: light-dark(#0a62c9, #7db8ff);
  --gone: light-dark(#9a3412, #fdba74);
  width: 100%; display: grid; grid-template-columns: minmax(0, 1fr); gap: .75rem; align-content: start;
}
.panel { border: 1px solid var(--rule); border-radius: .75rem; background: var(--sheet); padding: 0; }
.panel > summary { padding: .6rem 1rem; border-radius: .75rem; min-height: 2.75rem; }
.panel h2 { display: inline; margin: 0; font-size: 1rem; font-weight: 600; }
.panel h3 { margin: 1rem 0 .35rem; font-size: .95rem; font-weight: 600; }
.panel h3:first-child { margin-top: 0; }
.panel p { margin: .35rem 0; }
.inside { padding: .25rem 1rem 1rem; }
.inner { border-top: 0; padding: 0; }
.row { display: flex; flex-wrap: wrap; align-items: end; gap: .5rem 1rem; margin: .5rem 0; }
.act {
  display: inline-grid; place-items: center; min-height: 2.5rem; padding: .35rem .9rem; border-radius: .5rem;
  border: 1px solid var(--quiet-ink); background: transparent; color: var(--ink); font: inherit; cursor: pointer;
}
.act:hover:enabled, .file:hover { border-color: var(--accent); color: var(--accent); }
.act:disabled { border-style: dashed; color: var(--quiet-ink); }
.file:focus-within { outline: 3px solid var(--accent); outline-offset: 4px; }
.field { display: grid; gap: .2rem; font-size: .875rem; max-width: 100%; }
.field.wide { flex: 1 1 18rem; }
.field input {
  min-height: 2.5rem; width: 10rem; max-width: 100%; padding: .25rem .5rem; border-radius: .5rem;
  border: 1px solid var(--quiet-ink); background: var(--code); color: inherit; font: inherit; font-size: 1rem;
}
.field.wide input { width: 100%; }
.scroll { overflow-x: auto; border: 1px solid var(--rule); border-radius: .5rem; }
.scroll.long { max-height: 24rem; overflow-y: auto; }
.panel table { border-collapse: collapse; width: 100%; font-size: .875rem; }
.panel caption { text-align: start; padding: .4rem .6rem; color: var(--quiet-ink); }
.panel th, .panel td { padding: .25rem .6rem; text-align: start; vertical-align: top; white-space: nowrap; }
.panel th { font-weight: 600; border-bottom: 1px solid var(--rule); }
.panel tbody tr + tr td { border-top: 1px solid var(--rule); }
.panel td { font-variant-numeric: tabular-nums; }
.panel td.content { white-space: normal; min-width: 16rem; overflow-wrap: anywhere; }
.panel code, .panel pre { font-family: ui-monospace, monospace; font-size: .875rem; }
.mark {
  display: inline-block; margin-inline-end: .5rem; padding: 0 .4rem; border-radius: .25rem;
  border: 1px solid var(--quiet-ink); font-size: .75rem;
}
.mark.opened { border-color: var(--gone); color: var(--gone); font-weight: 600; }
.map { display: block; width: 100%; max-width: 34rem; height: auto; margin: .5rem 0; }
.map .free, .map .shade0 { fill: var(--code); stroke: var(--rule); }
.map .files { fill: var(--file); }
.map .deleted { fill: var(--gone); }
.map .shade1 { fill: color-mix(in srgb, var(--file) 30%, var(--code)); }
.map .shade2 { fill: color-mix(in srgb, var(--file) 50%, var(--code)); }
.map .shade3 { fill: color-mix(in srgb, var(--file) 75%, var(--code)); }
.map .shade4 { fill: var(--file); }
.map .latest { stroke: var(--gone); stroke-width: 2; }
.panel dl { display: grid; grid-template-columns: minmax(8rem, max-content) minmax(0, 1fr); gap: .3rem 1rem; margin: 0; }
.panel dt { color: var(--quiet-ink); }
.panel dd { margin: 0; overflow-wrap: anywhere; }
.console { max-height: 16rem; overflow: auto; }
.glassy { display: block; width: 100%; max-width: 24rem; padding: .5rem; background: #030508; border-radius: .5rem; margin: .5rem 0; }
.glassy path { stroke: #d6ecff; stroke-width: 1; shape-rendering: crispEdges; }
.panel .warning { color: var(--warning); }
.note { margin: 0; min-height: 1.5rem; }
@media (min-width: 68rem) {
  body:has(.panels) { place-items: start center; }
  main:has(.panels) {
    max-width: 88rem; grid-template-columns: minmax(0, 28rem) minmax(0, 1fr);
    grid-template-rows: auto 1fr; column-gap: 3rem;
  }
  .panels { grid-column: 2; grid-row: 1 / span 2; }
  .fob, .desk { grid-column: 1; }
  .desk { align-self: start; }
}
@media (max-width: 30rem) {
  .panel dl { grid-template-columns: minmax(0, 1fr); }
  .panel dd { margin-bottom: .35rem; }
}
@media (forced-colors: active) {
  .map, .glassy { forced-color-adjust: none; }
  .act:disabled { border-color: GrayText; color: GrayText; }
}
`;
