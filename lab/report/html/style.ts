// The style of the report: system fonts, light or dark as the reader has it. A wide screen shows pictures beside their tables, a phone
// the rows of a table as cards, paper what answers, without the tables of measures.
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
html{scroll-behavior:smooth;scroll-padding-top:88px;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
header,main,nav ul{max-width:1440px;margin:0 auto;padding:0 clamp(16px,2.4vw,24px)}
header{padding-top:24px}main{padding-bottom:80px}main:focus{outline:none}
h1{font-size:clamp(1.6rem,3vw,2.1rem);line-height:1.15;margin:.1em 0 .4em;letter-spacing:-.015em;text-wrap:balance}
h2{font-size:1.55rem;line-height:1.2;margin:1.6em 0 .5em;padding-top:.7em;border-top:2px solid var(--ink);letter-spacing:-.01em}
h3{font-size:1.2rem;line-height:1.3;margin:0 0 .2em}
h4{font-size:1rem;margin:1.6em 0 .3em}
main>section:first-child h2{margin-top:.4em;border-top:0}
p{max-width:88ch;margin:.4em 0 .8em}
a{color:inherit;text-decoration-color:var(--rule);text-underline-offset:.18em}a:hover{text-decoration-color:currentColor}
:focus-visible{outline:3px solid var(--rest);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{position:fixed;left:8px;top:8px;padding:8px 14px;background:var(--paper);z-index:1}
.kicker{margin:0 0 .2em;font-size:.85rem;font-weight:600;color:var(--soft)}
.accent-rest,.kicker.accent-rest{color:var(--rest)}.accent-rabbitmq,.kicker.accent-rabbitmq{color:var(--rabbitmq)}.accent-kafka,.kicker.accent-kafka{color:var(--kafka)}
.lead{font-size:1.1rem}.provenance,.conditions,.key,.notes,.aside,figcaption,.differences{color:var(--soft);font-size:.88rem}
.question{color:var(--soft);margin-top:0}.sentences p{font-size:1.05rem}
.plain{list-style:none;margin:0;padding:0}
nav{position:sticky;top:0;z-index:2;background:var(--paper);border-bottom:1px solid var(--rule);padding:6px 0}nav ul{list-style:none;display:flex;gap:0 20px;overflow-x:auto;white-space:nowrap;scrollbar-width:none}nav a{display:inline-block;padding:3px 0;text-decoration:none}nav a:hover{text-decoration:underline}nav .minor{font-size:.84rem;gap:0 16px;color:var(--soft)}
main h2+*{margin-top:.4em}.scenario,#experiments>.result{margin:0 0 2.4em;padding-top:1.6em;border-top:1px solid var(--grid)}
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
figure{margin:.8em 0 1.2em}figure svg{display:block;width:100%;min-width:620px;max-width:872px;height:auto}
figcaption p{margin:.3em 0;color:var(--ink);font-size:.98rem}
.beside,.pair{display:grid;grid-template-columns:minmax(0,1fr);gap:0 32px;align-items:start}
@media (min-width:1180px){.beside{grid-template-columns:minmax(0,872px) minmax(26rem,1fr)}.pair{grid-template-columns:repeat(2,minmax(0,1fr))}.beside table,.pair table{font-size:.84rem}.beside th[scope=row],.pair th[scope=row]{white-space:normal}.beside th,.beside td,.pair th,.pair td{padding-right:10px}.zeros td{white-space:normal}.beside .variants{grid-template-columns:minmax(0,1fr)}.beside .variants dd{margin-bottom:6px}}
dl{margin:.8em 0}.variants,.facts,.differences{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 18px;max-width:90ch}
.variants dt,.facts dt,.differences dt{font-weight:600}dd{margin:0}
@media (max-width:700px){.cards tr,.cards th,.cards td{display:block;max-width:none;padding-right:0;border-bottom:0}.cards thead{display:none}.cards th[scope=row]{position:static}.cards tr{padding:8px 0;border-top:1px solid var(--grid)}figure svg{min-width:872px}}
@media (max-width:700px){.cards td[data-label]::before{content:attr(data-label) ' ';display:inline-block;min-width:17ch;color:var(--soft)}.verdicts td[data-label]::before{display:block}.scorecard td:last-child::before{min-width:0;margin-right:.6ch}}
@media (max-width:560px){.variants,.facts,.differences{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:8px}}
details{margin:.2em 0}details[open]{margin-bottom:1em}summary{cursor:pointer;padding:5px 0;width:fit-content;max-width:100%}
pre{overflow-x:auto;padding:12px 16px;border:1px solid var(--grid);background:var(--paper)}code{font:.9em ui-monospace,'DejaVu Sans Mono',monospace}
.scorecard td.good{background:color-mix(in srgb,var(--good-text) 14%,var(--paper))}.scorecard td{padding-left:10px}.cards th .aside{font-weight:400}.figure{font-size:1.4rem;line-height:1.25;font-weight:600;white-space:nowrap}.spread,.nowrap{white-space:nowrap}.answers th[scope=row]{max-width:44ch}.which{display:block}@media (min-width:701px){.spread{display:block}}.scorecard thead th{white-space:nowrap}.zeros td{color:var(--soft)}
.unseen{position:absolute;left:-999px}
.failure{border-left:3px solid var(--warn);padding-left:12px}.without{border-left:3px solid var(--rule);padding-left:12px}
.notes span{margin-right:1em}
figure{position:relative}figure svg.on-order{cursor:pointer}.cross{stroke:var(--ink);stroke-width:1;fill:none;pointer-events:none}
.readout{position:fixed;z-index:3;max-width:min(32rem,90vw);padding:6px 10px;border:1px solid var(--rule);background:var(--paper);font-size:.84rem;line-height:1.4;pointer-events:none}.readout:empty{display:none}.readout div:first-child{font-weight:600}
.timeline{max-width:min(34rem,92vw);padding:18px 22px;border:1px solid var(--rule);background:var(--paper);color:var(--ink)}.timeline::backdrop{background:rgb(0 0 0/.45)}.timeline ol{list-style:none;padding:0 0 0 14px;border-left:3px solid var(--rule)}.timeline li{margin:.35em 0}.timeline b{display:inline-block;min-width:5.5em;font-variant-numeric:tabular-nums}.timeline button{font:inherit;padding:6px 16px}
@media print{@page{margin:11mm}html{font-size:11.5px}body{font-size:1rem;line-height:1.35}header,main{padding:0;max-width:none}p{max-width:none;margin:.3em 0 .5em}h2{font-size:1.5rem;margin-top:.9em;padding-top:.4em}th,td,th[scope=row]{white-space:normal;padding:2px 7px 2px 0}.prose td,.prose th[scope=row]{min-width:0}.prose td{max-width:none}.scorecard th[scope=row]{width:36%}.scorecard td:last-child{width:25%}.figure{font-size:1.15rem}.spread{display:inline}nav,.skip,details,.pair,#recommendations tr>:nth-child(3),.scenario>.conditions,.scenario .measures{display:none}.scroll{overflow:visible;margin:.3em 0}tr,.scenario{break-inside:avoid}h2,h3{break-after:avoid}.beside{display:block}.scenario figure,#experiments .beside{display:grid;grid-template-columns:8.2cm minmax(0,1fr);gap:.5cm}figure{break-inside:avoid;margin:.3em 0}figure svg{min-width:0;max-height:10.6cm}figcaption p{font-size:1rem}.scenario,#experiments>.result{margin-bottom:.6em;padding-top:.5em}}
`
