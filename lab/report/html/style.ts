// The style of the report: text first, one column, system fonts, light or dark as the reader has it, and on paper.
import { DARK, LIGHT } from '../charts/theme.ts'

type Colours = typeof LIGHT

const variables = (palette: Colours): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';')

/** As variables, light or dark as the reader has it. */
export const COLOURS = `:root{color-scheme:light dark;${variables(LIGHT)};--good-text:#1d6b3a;--warn:#8a5a00}
@media screen and (prefers-color-scheme:dark){:root{${variables(DARK)};--good-text:#7fd39b;--warn:#e9b44c}}`

export const STYLE = `
${COLOURS}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
header,main{max-width:1440px;margin:0 auto;padding:0 clamp(16px,4vw,48px)}
header{padding-top:40px}main{padding-bottom:80px}main:focus{outline:none}
h1{font-size:clamp(1.7rem,4vw,2.5rem);line-height:1.15;margin:.1em 0 .4em;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.55rem;line-height:1.2;margin:2em 0 .5em;padding-top:.7em;border-top:2px solid var(--ink);letter-spacing:-.01em}
h3{font-size:1.2rem;line-height:1.3;margin:0 0 .2em}
h4{font-size:1rem;margin:1.6em 0 .3em}
p{max-width:72ch;margin:.4em 0 .8em}
a{color:inherit;text-decoration-color:var(--rule);text-underline-offset:.18em}a:hover{text-decoration-color:currentColor}
:focus-visible{outline:3px solid var(--rest);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{position:fixed;left:8px;top:8px;padding:8px 14px;background:var(--paper);z-index:1}
.kicker{margin:0 0 .2em;font-size:.85rem;font-weight:600;color:var(--soft)}
.accent-rest,.kicker.accent-rest{color:var(--rest)}.accent-rabbitmq,.kicker.accent-rabbitmq{color:var(--rabbitmq)}.accent-kafka,.kicker.accent-kafka{color:var(--kafka)}
.lead{font-size:1.1rem}.provenance,.conditions,.key,.notes,.aside,figcaption,.differences{color:var(--soft);font-size:.88rem}
.question{color:var(--soft);margin-top:0}.sentences p{font-size:1.05rem}
nav ul,.plain{list-style:none;margin:0;padding:0}nav ul{display:flex;flex-wrap:wrap;gap:6px 22px;margin:1.4em 0 0}nav a{display:inline-block;padding:4px 0}
main h2+*{margin-top:.4em}.scenario,#experiments>.result{margin:0 0 3.2em;padding-top:1.8em;border-top:1px solid var(--grid)}
h2+.scenario,h2+.result{border-top:0}
.verdict{white-space:nowrap;font-weight:600;font-size:.95em}.sign{display:inline-block;min-width:1.1em;text-align:center}
.valid{color:var(--good-text)}.invalid{color:var(--bad)}.unknown,.vacuous{color:var(--warn)}
.scroll{overflow-x:auto;max-width:100%;margin:.8em 0}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:5px 14px 5px 0;text-align:right;vertical-align:top;border-bottom:1px solid var(--grid)}
thead th,thead td{vertical-align:bottom;border-bottom:1px solid var(--rule);font-weight:600}
th[scope=row],thead tr>:first-child{position:sticky;left:0;background:var(--paper)}
th[scope=row]{text-align:left;font-weight:400;white-space:nowrap}.unit{color:var(--soft)}
.prose th,.prose td{text-align:left}.prose td{min-width:9ch;max-width:56ch;overflow-wrap:anywhere}.prose th[scope=row]{white-space:normal;min-width:14ch;font-weight:600}
td .verdict,.verdicts thead th,.model{white-space:nowrap}.model{font-weight:600}
figure{margin:1.2em 0}figure svg{display:block;width:100%;min-width:620px;max-width:900px;height:auto}
figcaption p{margin:.3em 0;color:var(--ink);font-size:.98rem}
.beside{display:grid;grid-template-columns:minmax(0,1fr);gap:0 40px;align-items:start}
@media (min-width:1180px){.beside{grid-template-columns:minmax(0,1.4fr) minmax(0,1fr)}.beside th[scope=row]{white-space:normal}.beside th,.beside td{padding-right:11px}}
dl{margin:.8em 0}.variants,.facts,.differences{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 18px;max-width:90ch}
.variants dt,.facts dt,.differences dt{font-weight:600}dd{margin:0}
@media (max-width:700px){.cards tr,.cards th,.cards td{display:block;max-width:none;padding-right:0;border-bottom:0}.cards thead{display:none}.cards th[scope=row]{position:static}.cards tr{padding:8px 0;border-top:1px solid var(--grid)}figure svg{min-width:872px}}
@media (max-width:700px){.scorecard td[data-label]::before{content:attr(data-label) ' ';display:inline-block;min-width:17ch;color:var(--soft)}.scorecard td:last-child::before{min-width:0;margin-right:.6ch}}
@media (max-width:560px){.by-model,.by-model .aside{font-size:.8rem}.by-model.prose th,.by-model.prose td{min-width:0;padding-right:8px}.by-model.prose thead th{white-space:normal}}
@media (max-width:560px){.variants,.facts,.differences{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:8px}}
details{margin:.2em 0}details[open]{margin-bottom:1em}summary{cursor:pointer;padding:5px 0;width:fit-content;max-width:100%}
pre{overflow-x:auto;padding:12px 16px;border:1px solid var(--grid);background:var(--paper)}code{font:.9em ui-monospace,'DejaVu Sans Mono',monospace}
.scorecard td.good{background:color-mix(in srgb,var(--good-text) 14%,var(--paper))}.scorecard td{padding-left:10px}.scorecard th .aside{font-weight:400}.scorecard .figure{font-size:1.02rem;font-weight:600;white-space:nowrap}
.unseen{position:absolute;left:-999px}
.failure{border-left:3px solid var(--warn);padding-left:12px}.without{border-left:3px solid var(--rule);padding-left:12px}
.notes span{margin-right:1em}
@media print{body{font-size:10.5pt}header,main{padding:0}table{font-size:.75rem}th,td,th[scope=row]{white-space:normal;padding-right:7px}.prose td,.prose th[scope=row]{min-width:0}nav,.skip{display:none}.scroll{overflow:visible}figure,tr{break-inside:avoid}h2,h3{break-after:avoid}figure svg{min-width:0;max-height:21cm}.beside{display:block}}
`
