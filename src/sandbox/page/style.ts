/** The sandbox page's looks. */
export const STYLE = `
:root { color-scheme: light; --line: #d5dae1; --soft: #f4f6f9; --ink: #1c2733; --mute: #5b6875; --us: #0b6b53; --accent: #1f5fbf; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: #fff; }
header, main { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 18px; }
h1 { font-size: 24px; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 0 0 10px; }
p { margin: 0 0 10px; max-width: 75ch; }
nav { display: flex; flex-wrap: wrap; gap: 6px 18px; padding: 10px 0 16px; border-bottom: 1px solid var(--line); }
a { color: var(--accent); }
main { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 28px; padding-top: 20px; padding-bottom: 60px; }
main > div { display: grid; gap: 28px; align-content: start; min-width: 0; }
@media (max-width: 900px) { main { grid-template-columns: minmax(0, 1fr); } }
details { border: 1px solid var(--line); border-radius: 8px; margin-bottom: 8px; background: #fff; }
summary { cursor: pointer; padding: 8px 12px; overflow-wrap: anywhere; }
summary:hover { background: var(--soft); border-radius: 8px; }
details[open] > summary { border-bottom: 1px solid var(--line); border-radius: 8px 8px 0 0; background: var(--soft); }
.body { padding: 12px; }
.tag { display: inline-block; border: 1px solid var(--line); border-radius: 10px; padding: 0 8px; font-size: 13px; margin-left: 6px; background: #fff; color: var(--mute); white-space: nowrap; }
.tag.on { border-color: var(--us); color: var(--us); }
.said { border-left: 3px solid var(--line); padding: 2px 10px; margin: 0 0 10px; }
.said.note { background: #fdf8e7; border-color: #d9b64a; }
.said.us { border-color: var(--us); }
.who { font-size: 13px; color: var(--mute); }
.said.us .who { color: var(--us); }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; }
form { display: grid; gap: 8px; margin: 0; }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: end; }
.row > label { flex: 1 1 130px; }
label { display: grid; gap: 2px; font-size: 13px; color: var(--mute); min-width: 0; }
input, select, textarea, button { font: inherit; padding: 5px 8px; border: 1px solid #aab4c0; border-radius: 6px; background: #fff; color: var(--ink); max-width: 100%; min-width: 0; }
input, select, textarea { width: 100%; }
textarea { min-height: 66px; resize: vertical; }
button { cursor: pointer; background: var(--soft); }
button:hover { border-color: var(--accent); }
button.main { background: var(--accent); border-color: var(--accent); color: #fff; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
fieldset { border: 1px solid var(--line); border-radius: 6px; padding: 6px 10px 10px; margin: 0; min-width: 0; }
fieldset .row + .row { margin-top: 8px; }
legend { font-size: 13px; color: var(--mute); padding: 0 4px; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 12px; margin: 0 0 12px; font-size: 14px; }
dt { color: var(--mute); }
dd { margin: 0; overflow-wrap: anywhere; }
.empty { color: var(--mute); }
.notice { border: 1px solid #c0392b; background: #fdf0ee; border-radius: 8px; padding: 8px 12px; margin: 12px 0 0; }
`;
