/** The one style sheet, served as a file so that the content security policy needs no exception. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --card: #ffffff; --ink: #16202b; --soft: #536171; --line: #d8dfe6; --field: #ffffff;
  --accent: #0b5fd0; --accent-ink: #ffffff; --accent-strong: #084aa4; --focus: #0b5fd0;
  --good: #0a6b3b; --good-wash: #dff3e7; --bad: #a3141d; --bad-wash: #fce4e4; --bad-line: #e7a6a8;
  --warn: #7a4b00; --warn-wash: #fdeecb; --plain-wash: #e9edf1;
  --shadow: 0 1px 2px rgb(16 32 48 / 6%), 0 8px 28px rgb(16 32 48 / 8%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f141a; --card: #181f27; --ink: #e8edf2; --soft: #a3b0bd; --line: #2d3843; --field: #10161d;
    --accent: #6cabff; --accent-ink: #06172c; --accent-strong: #94c2ff; --focus: #8fc0ff;
    --good: #7fdca6; --good-wash: #12331f; --bad: #ff9b9d; --bad-wash: #3b1719; --bad-line: #7c3134;
    --warn: #f5c667; --warn-wash: #372706; --plain-wash: #26303a;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; background: var(--page); color: var(--ink); }
h1, h2, p, dl, dd, ul { margin: 0; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
a { color: var(--accent); text-underline-offset: 0.2em; }
.brand { display: flex; align-items: center; gap: 0.5rem; font-weight: 650; letter-spacing: 0.01em; }
.brand img { width: 1.5rem; height: 1.5rem; display: block; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.narrow { display: grid; place-content: center; justify-items: stretch; padding: 1.25rem; grid-template-columns: minmax(0, 25rem); gap: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 1.75rem; box-shadow: var(--shadow); }
.card h1 { font-size: 1.6rem; line-height: 1.25; letter-spacing: -0.01em; }
.prose h2 { margin: 1.5rem 0 0.35rem; font-size: 1.2rem; line-height: 1.3; }
.prose h3 { margin: 1rem 0 0.25rem; font-size: 1rem; }
.prose p + p { margin-top: 0.6rem; }
.prose li { overflow-wrap: anywhere; }
.lead { color: var(--soft); margin-top: 0.35rem; text-wrap: pretty; }
.lead strong { color: var(--ink); overflow-wrap: anywhere; }
form { margin-top: 1.25rem; display: grid; gap: 1.1rem; }
.field { display: grid; gap: 0.45rem; }
label { font-weight: 600; }
.hint { color: var(--soft); font-size: 0.9rem; text-wrap: pretty; }
input { font: inherit; color: inherit; background: var(--field); width: 100%; padding: 0.7rem 0.85rem; border: 1px solid #7d8a98; border-radius: 0.6rem; }
input.passcode { font-size: 1.5rem; font-variant-numeric: tabular-nums; letter-spacing: 0.14em; padding-block: 0.5rem; }
input[aria-invalid="true"] { border-color: var(--bad); }
button { font: inherit; font-weight: 650; cursor: pointer; border-radius: 0.6rem; border: 1px solid transparent; padding: 0.75rem 1rem; background: var(--accent); color: var(--accent-ink); }
button:hover { filter: brightness(1.08); }
button.other { background: transparent; color: var(--ink); border-color: #7d8a98; }
button.quiet { background: transparent; color: var(--ink); border-color: var(--line); padding: 0.3rem 0.75rem; font-size: 0.9rem; font-weight: 600; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.6rem; }
.message { border-radius: 0.7rem; padding: 0.85rem 1rem; margin-top: 1.25rem; border: 1px solid transparent; }
.message strong { display: block; }
.message.bad { background: var(--bad-wash); border-color: var(--bad-line); }
.message.bad strong { color: var(--bad); }
.tick { width: 3rem; height: 3rem; border-radius: 50%; background: var(--good-wash); color: var(--good); display: grid; place-items: center; font-size: 1.6rem; font-weight: 700; margin-bottom: 1rem; }
form + form { margin-top: 0.75rem; }
.compared { margin-top: 0.9rem; font-size: 3.5rem; line-height: 1.2; font-weight: 700; font-variant-numeric: tabular-nums; letter-spacing: 0.08em; }
.status { margin-top: 0.9rem; font-weight: 600; }
.next { margin-top: 1.25rem; }

.wide { max-width: 68rem; margin: 0 auto; padding: 1.25rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem; align-content: start; }
.bar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1rem; }
.bar h1 { font-size: 1.15rem; line-height: 1.3; }
.bar form { margin: 0; }
.bar-side { display: flex; align-items: center; gap: 0.75rem; }
.pulse { display: inline-flex; align-items: center; gap: 0.45rem; color: var(--soft); font-size: 0.9rem; }
.pulse::before { content: ""; width: 0.6rem; height: 0.6rem; border-radius: 50%; background: var(--soft); }
.pulse[data-state="live"]::before { background: #21a366; }
.pulse[data-state="lost"]::before { background: #d97a00; }
#live { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem; }
section > h3 { font-size: 0.95rem; font-weight: 600; margin: 0.9rem 0 0.35rem; }
section > h3 + ul { margin-bottom: 0.9rem; }
section > h2 { font-size: 0.95rem; font-weight: 650; margin-bottom: 0.55rem; display: flex; align-items: center; gap: 0.5rem; }
.count { background: var(--bad); color: var(--card); border-radius: 1rem; padding: 0 0.55rem; font-size: 0.85rem; }
.empty { color: var(--soft); background: var(--card); border: 1px dashed var(--line); border-radius: 0.8rem; padding: 0.9rem 1rem; }
.alerts { list-style: none; padding: 0; display: grid; gap: 0.7rem; }
.alert { background: var(--bad-wash); border: 1px solid var(--bad-line); border-left: 0.35rem solid var(--bad); border-radius: 0.8rem; padding: 0.85rem 1rem; }
.alert-head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.25rem 1rem; font-weight: 650; color: var(--bad); }
.alert dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.5rem 1.25rem; margin-top: 0.6rem; }
.alert dt { color: var(--soft); font-size: 0.8rem; }
.alert dd { overflow-wrap: anywhere; }
.table { background: var(--card); border: 1px solid var(--line); border-radius: 0.8rem; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.92rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 0.82rem; white-space: nowrap; }
th, td { padding: 0.55rem 0.9rem; border-bottom: 1px solid var(--line); vertical-align: baseline; overflow-wrap: anywhere; }
tbody tr:last-child td { border-bottom: 0; }
time, .number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.badge { display: inline-block; border-radius: 0.45rem; padding: 0.05rem 0.5rem; font-weight: 600; font-size: 0.86rem; background: var(--plain-wash); white-space: nowrap; }
.badge.good { background: var(--good-wash); color: var(--good); }
.badge.bad { background: var(--bad-wash); color: var(--bad); }
.badge.warn { background: var(--warn-wash); color: var(--warn); }
.muted { color: var(--soft); }

@media (max-width: 64rem) {
  td time { white-space: normal; }
}
@media (max-width: 44rem) {
  .wide { padding: 1rem; }
  table, tbody { display: block; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tbody tr { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; padding: 0.65rem 0.9rem; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  td { border: 0; padding: 0; }
  tbody tr::after { content: ""; flex-basis: 100%; order: 1; }
  td:nth-child(n + 3) { order: 2; }
  td[data-empty] { display: none; }
  td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: 0.82rem; }
}
@media (prefers-reduced-motion: no-preference) {
  .alert.fresh { animation: arrive 0.9s ease-out; }
  @keyframes arrive { from { box-shadow: 0 0 0 0.5rem var(--bad-line); } }
}
@media (forced-colors: active) {
  .badge, .alert, .card, .table { border: 1px solid CanvasText; }
}
`;
