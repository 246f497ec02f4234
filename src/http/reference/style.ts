/** How the reference page looks: on a phone and a desk, by day and by night, without anything from elsewhere. */
export const STYLE = `:root { color-scheme: light dark; --ink: light-dark(#1c2430, #e4e8ee); --paper: light-dark(#fff, #12161c);
  --soft: light-dark(#f3f5f8, #1b2129); --line: light-dark(#d4dae2, #343d49); --link: light-dark(#0b57a4, #7db8f5);
  --quiet: light-dark(#525d6b, #a3aebb) }
* { box-sizing: border-box }
html { scroll-padding-top: 1rem }
body { margin: 0; font: 1rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  display: grid; grid-template: auto auto auto / minmax(0, 1fr) }
a { color: var(--link) }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
.skip { position: absolute; left: -99rem } .skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem 1rem }
nav { border-bottom: 1px solid var(--line); background: var(--soft) }
nav ul { list-style: none; margin: 0; padding: .5rem 1rem; display: flex; flex-wrap: wrap; gap: .25rem 1rem }
nav a { display: block; padding: .35rem 0; text-decoration: none } nav a:hover { text-decoration: underline }
nav [aria-current] { font-weight: 700; color: var(--ink) }
main { padding: 0 1rem 3rem; max-width: 62rem }
footer { padding: 1rem; border-top: 1px solid var(--line); color: var(--quiet) }
h1 { font-size: 1.7rem; line-height: 1.2 } h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem } h3 { font-size: 1rem; margin: 1.2rem 0 .3rem }
h2 a { color: inherit; text-decoration: none } h2 a:hover { text-decoration: underline }
code, pre { font: .9em/1.5 ui-monospace, monospace } code { overflow-wrap: anywhere }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .7rem 1rem; overflow-x: auto }
pre code { overflow-wrap: normal }
.method { font: 700 .8rem ui-monospace, monospace; border: 1px solid currentColor; border-radius: 4px; padding: .05rem .35rem }
.get { color: light-dark(#0b5d3b, #6fd3a4) } .post { color: light-dark(#0b57a4, #7db8f5) }
.put, .patch { color: light-dark(#7a4b00, #eab85c) } .delete { color: light-dark(#a3232b, #ff9a9a) }
.scope, .bounds, .must { color: var(--quiet); font-size: .9em }
.operations { list-style: none; padding: 0 } .operations li { padding: .2rem 0 } .operations .address { margin-left: .5rem }
.scrolls { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse; width: 100%; min-width: 34rem }
caption { text-align: left; font-weight: 700; padding: .2rem 0 }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); font-weight: 400 }
thead th { color: var(--quiet); font-size: .9em } tbody th { width: 30% } td:nth-child(2) { width: 22% }
dt { font: 700 .95rem ui-monospace, monospace; margin-top: .6rem } dd { margin: 0 } dd ul { padding-left: 1.1rem; margin: .2rem 0 }
@media (min-width: 60rem) {
  body { grid-template: 1fr auto / 13rem minmax(0, 1fr); min-height: 100vh }
  nav { grid-row: 1 / 3; border-bottom: 0; border-right: 1px solid var(--line) }
  nav ul { flex-direction: column; gap: 0; position: sticky; top: 0; padding: 1rem }
  main, footer { padding-left: 2.5rem; padding-right: 2.5rem } .skip { grid-row: 1 }
}
@media print { nav, .skip { display: none } }
`;
