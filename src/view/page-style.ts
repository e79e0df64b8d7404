/**
 * The look of the page: one type scale, one accent, one hue for mistakes, the colours of classes; light and dark by one list of pairs.
 *
 * Not its concern: contents.
 */
import { classColours } from "./class-marks.ts";

const colours = classColours.map(([light, dark], i) => `.k${i}{--k:light-dark(${light},${dark})}`).join("\n");

/** The style sheet of the page. */
export const pageStyle = `
:root{color-scheme:light dark;
--bg:light-dark(#fcfbf9,#14161b);--raised:light-dark(#f3f1ec,#1d2027);--ink:light-dark(#1c1d21,#eceae4);--quiet:light-dark(#5d5f66,#a3a6ae);
--line:light-dark(#e2dfd8,#30343d);--accent:light-dark(#2f4bc7,#9db2ff);--soft:light-dark(#dfe5fb,#27325f);--miss:light-dark(#b84300,#ff9f66);--miss-soft:light-dark(#fbe3d3,#4a2a17);
--small:13px;--body:16px;--lead:20px;--title:28px;--number:clamp(64px,12vw,112px);--gap:24px}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark}
*{box-sizing:border-box}
html{scroll-padding-top:72px;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
body{margin:0;background:var(--bg);color:var(--ink);font:var(--body)/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums lining-nums}
[hidden]{display:none!important}
.hidden,.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip:focus{position:fixed;z-index:9;top:8px;left:8px;padding:8px 16px;background:var(--accent);color:var(--bg)}
main,footer{max-width:1064px;margin:0 auto;padding:0 32px}
section{padding:72px 0 0}
h1,h2,h3,p,ul,dl,pre,table{margin:0;padding:0}
h1,h2{font-size:var(--title);line-height:1.2;letter-spacing:-.02em;font-weight:650;text-wrap:balance;overflow-wrap:anywhere}
h3{font-size:var(--body);font-weight:650;margin:32px 0 16px}
section>header{margin-bottom:32px;max-width:44em}
.lead{font-size:var(--lead);line-height:1.45;color:var(--quiet);margin-top:8px;text-wrap:pretty}
.lead b{color:var(--ink);font-weight:600}
.note,small,.quiet{font-size:var(--small);color:var(--quiet)}
.note{max-width:56em;margin-top:16px}
b{font-weight:600}
a{color:var(--accent)}
button,input{font:inherit;color:inherit}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
ul{list-style:none}
q{quotes:"“" "”";font-style:italic;color:var(--quiet)}
.file{font-size:var(--small);overflow-wrap:anywhere}
.top{position:sticky;top:0;z-index:3;display:flex;align-items:center;gap:var(--gap);height:56px;padding:0 max(32px,calc((100% - 1000px)/2));background:color-mix(in srgb,var(--bg) 92%,transparent);backdrop-filter:blur(8px);border-bottom:1px solid var(--line);font-size:var(--small)}
.brand{font-weight:650;white-space:nowrap}
.links{display:flex;gap:16px;flex:1;overflow-x:auto;white-space:nowrap;scrollbar-width:none;padding:4px 2px;mask-image:linear-gradient(to right,#000 calc(100% - 24px),transparent)}
.links a{color:var(--quiet);text-decoration:none}
.links a:hover{color:var(--ink)}
.top button,.choice label,.menu button{border:1px solid var(--line);background:none;border-radius:999px;padding:4px 14px;cursor:pointer}
.top button:hover{border-color:var(--quiet)}
.kicker{display:block;font-size:var(--body);font-weight:400;letter-spacing:0;color:var(--quiet)}
.hero{padding-top:56px}
.score{display:grid;grid-template-columns:auto 1fr;gap:0 48px;align-items:center;margin:16px 0 24px}
.number{font-size:var(--number);line-height:1.1;font-weight:650;letter-spacing:-.05em;color:var(--accent)}
.number span{font-size:.4em;letter-spacing:0;margin-left:.1em}
.score p+p{margin-top:12px;max-width:40em}
.score .lead{margin:0}
.facts{display:flex;flex-wrap:wrap;gap:24px 48px;margin-top:32px}
.facts>div{display:flex;flex-direction:column-reverse}
.facts dd{margin:0;font-size:var(--lead);font-weight:600}
.facts dt{font-size:var(--small);color:var(--quiet)}
svg{display:block;max-width:100%;height:auto;overflow:visible}
.narrow{display:none}
svg text{font-size:14px;fill:var(--ink)}
svg[role=img] text{paint-order:stroke;stroke:var(--bg);stroke-width:4px;stroke-linejoin:round}
svg .quiet{font-size:13px;fill:var(--quiet)}
svg .strong{font-weight:600}
.grid{stroke:var(--line)}
.axis{stroke:var(--quiet)}
.chance{stroke:var(--quiet);stroke-dasharray:3 4;stroke-width:1.5;fill:none}
.interval,.band{fill:var(--soft)}
.band.pale{opacity:.55}
.score-dot{fill:var(--accent);stroke:var(--bg);stroke-width:2}
.train-dot{fill:var(--bg);stroke:var(--quiet);stroke-width:2}
.line{fill:none;stroke:var(--accent);stroke-width:2.5;stroke-linejoin:round}
.line.dashed{stroke-dasharray:6 5}
.bar{fill:var(--accent)}
.none{fill:var(--line)}
.whisker{stroke:var(--accent);stroke-width:2;opacity:.35}
svg .big{font-size:20px;font-weight:600}
.play{flex:none;display:inline-grid;place-items:center;width:32px;height:32px;border-radius:50%;border:0;background:var(--soft);color:var(--accent);cursor:pointer;padding:0}
.play svg{width:14px;height:14px;fill:currentColor}
.play:hover,.play.on{background:var(--accent);color:var(--bg)}
.play.none{width:8px;height:8px;margin:12px;background:var(--line)}
.recordings>li{display:flex;gap:12px;padding:10px 0;border-top:1px solid var(--line)}
.recordings>li>div{min-width:0;display:grid;gap:2px}
.recordings q{font-size:var(--small)}
.confusion{display:grid;grid-template-columns:minmax(0,1fr) 280px;gap:48px;align-items:start}
.confusion.large{grid-template-columns:minmax(0,1fr)}
.confusion.large .recordings{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:0 32px}
.lists{position:sticky;top:80px}
.lists .list{max-height:calc(100vh - 140px);overflow:auto;overscroll-behavior:contain}
.lists h3{margin:0 0 16px;font-weight:400;overflow-wrap:anywhere}
.count{color:var(--quiet);margin-left:.4em}
.scroll{overflow-x:auto}
.matrix{border-spacing:2px;font-size:var(--small);width:100%;table-layout:fixed}
.matrix th{font-weight:400;text-align:center}
.matrix th:first-child{width:13em;text-align:right;padding-right:6px;white-space:nowrap}
.matrix th .label{display:inline-block;vertical-align:middle;max-width:calc(100% - 30px);overflow:hidden;text-overflow:ellipsis;margin-right:6px}
.matrix td{height:30px;padding:0;text-align:center;background:color-mix(in srgb,var(--raised) 60%,transparent);border-radius:4px}
.matrix .found,.matrix .right{background:none;color:var(--quiet)}
.matrix .found{width:3.9em;text-align:right;white-space:nowrap}
.matrix th .name{display:block;margin-top:4px;font-size:var(--small);overflow:hidden;text-overflow:ellipsis}
.large .matrix{table-layout:auto}
.large .matrix td{min-width:26px}
.cell{display:grid;place-items:center;width:100%;height:100%;min-height:30px;border:0;border-radius:4px;padding:0;cursor:pointer;font-variant-numeric:tabular-nums;--tone:var(--miss)}
span.cell{cursor:default}
.cell.hit{--tone:var(--accent)}
.cell.s1{background:color-mix(in srgb,var(--tone) 12%,var(--bg))}
.cell.s2{background:color-mix(in srgb,var(--tone) 26%,var(--bg))}
.cell.s3{background:color-mix(in srgb,var(--tone) 40%,var(--bg))}
.cell.s4{background:color-mix(in srgb,var(--tone) 88%,var(--ink));color:var(--bg)}
.cell.s5{background:var(--tone);color:var(--bg);background:color-mix(in srgb,var(--tone) 92%,var(--ink))}
.cell[aria-pressed=true]{outline:2.5px solid var(--ink);outline-offset:1px}
.menu{display:flex;flex-wrap:wrap;gap:8px}
.menu .cell{display:block;width:auto;border:1px solid var(--line);background:none;color:inherit}
${colours}
.mark{display:inline-grid;place-items:center;min-width:22px;height:22px;padding:0 3px;border-radius:11px;font-size:11px;line-height:1;font-weight:650;vertical-align:middle;background:color-mix(in srgb,var(--k) 16%,var(--bg));box-shadow:inset 0 0 0 1.5px var(--k)}
.map{display:grid;grid-template-columns:minmax(0,1fr) 220px;gap:16px 32px;align-items:start}
.choice{grid-column:1/-1;border:0;padding:0;margin:0;display:flex;gap:8px;font-size:var(--small)}
.choice label:has(:checked){border-color:var(--accent);background:var(--soft)}
.choice label:has(:focus-visible){outline:2px solid var(--accent);outline-offset:2px}
.choice input{position:absolute;opacity:0;width:1px;height:1px}
.classes{columns:1;font-size:var(--small)}
.classes button{display:flex;gap:8px;align-items:center;width:100%;text-align:left;border:0;background:none;padding:3px 6px;border-radius:6px;cursor:pointer;overflow-wrap:anywhere}
.classes button:hover{background:var(--raised)}
.classes button[aria-pressed=true]{background:var(--soft)}
.dot{cursor:pointer;outline:none}
.dot circle,.dot rect{fill:color-mix(in srgb,var(--k) 16%,var(--bg));stroke:var(--k);stroke-width:1.5}
.dot text{font-size:10.5px;font-weight:650;pointer-events:none}
.tiny .dot text{font-size:8.5px}
.map[data-colour=mistake] .dot circle,.map[data-colour=mistake] .dot rect{fill:var(--raised);stroke:var(--line);stroke-width:1.5}
.map[data-colour=mistake] .dot text{fill:var(--quiet);font-weight:400}
.map[data-colour=mistake] .dot.wrong circle,.map[data-colour=mistake] .dot.wrong rect{fill:var(--miss);stroke:var(--miss)}
.map[data-colour=mistake] .dot.wrong text{fill:var(--bg);font-weight:650}
.map.filtered .dot:not(.chosen){opacity:.16}
.dot:hover circle,.dot:hover rect,.dot:focus circle,.dot:focus rect,.dot.on circle,.dot.on rect{stroke:var(--ink);stroke-width:3}
.dot.on circle,.dot.on rect{fill:var(--accent)}
.dot.on text{fill:var(--bg)}
#tip{position:fixed;z-index:4;max-width:300px;display:grid;gap:2px;padding:10px 14px;border-radius:8px;background:var(--ink);color:var(--bg);font-size:var(--small);pointer-events:none;overflow-wrap:anywhere}
#tip q,#tip small{color:inherit;opacity:.8}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:40px 32px}
.card{display:grid;gap:6px;align-content:start;min-width:0}
.picture{position:relative}
.picture img,.blank{display:block;width:100%;height:96px;border-radius:8px;object-fit:fill;background:var(--raised)}
.picture .play{position:absolute;left:10px;bottom:10px;width:40px;height:40px;background:#fcfbf9;color:#1c1d21}
.picture .play:hover,.picture .play.on{background:#9db2ff}
.picture .play.none{display:none}
.card q{font-size:var(--body)}
.card .file{color:var(--quiet)}
.blank{height:8px;margin-bottom:2px}
.picture:has(.blank) .play:not(.none){position:static;margin:4px 0 0;background:var(--soft);color:var(--accent)}
.scores{width:100%;font-size:var(--small);border-spacing:0}
.scores th{font-weight:400;text-align:left;padding:2px 8px 2px 0;overflow-wrap:anywhere}
.scores td:nth-child(2){width:30%}
.scores svg{width:100%;height:8px}
.rail{fill:var(--raised)}
.fill{fill:var(--miss)}
.own th{font-weight:600}
.own .fill{fill:var(--accent)}
.tag{font-weight:400;color:var(--accent)}
.percent{text-align:right;white-space:nowrap;padding-left:8px}
.said{font-size:var(--small);color:var(--miss)}
.beside{display:grid;grid-template-columns:460px 1fr;gap:64px;align-items:center}
.findings>li{display:grid;grid-template-columns:88px 1fr;gap:16px;padding:20px 0;border-top:1px solid var(--line)}
.severity{font-size:var(--small);font-weight:600;justify-self:start;align-self:start;padding:2px 10px;border-radius:999px;background:var(--raised)}
.is-severe .severity{background:var(--miss);color:var(--bg)}
.is-warning .severity{background:var(--miss-soft);color:var(--ink)}
details{margin-top:12px}
summary{cursor:pointer;color:var(--accent);width:fit-content;padding:4px 0}
.rows{width:100%;border-collapse:collapse;font-size:var(--small)}
.rows th{text-align:left;font-weight:400;color:var(--quiet);padding:6px 12px 6px 0}
.rows td{border-top:1px solid var(--line);padding:6px 12px 6px 0;vertical-align:middle}
.rows .percent{text-align:right;padding-right:0}
.rows .wrong td:nth-child(4){color:var(--miss);font-weight:600}
.filter{margin:12px 0;font-size:var(--small)}
.filter input{border:1px solid var(--quiet);border-radius:8px;background:var(--bg);padding:6px 12px;margin-left:8px;width:min(260px,60vw)}
.plain{font-size:var(--small);display:grid;gap:8px;padding:12px 0}
pre{background:var(--raised);border-radius:8px;padding:20px 24px;overflow-x:auto;font:var(--small)/1.7 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}
.hashes{margin-top:24px;font-size:var(--small)}
.hashes>div{display:grid;grid-template-columns:220px 1fr;gap:16px;padding:8px 0;border-top:1px solid var(--line)}
.hashes dt{color:var(--quiet);overflow-wrap:anywhere}
.hashes dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:96px;padding-bottom:48px;font-size:var(--small);color:var(--quiet)}
footer p{border-top:1px solid var(--line);padding-top:24px;max-width:70em}
.playing footer{padding-bottom:160px}
#player{position:fixed;z-index:5;left:0;right:0;bottom:0;display:flex;gap:24px;align-items:center;padding:12px max(32px,calc((100% - 1000px)/2));background:var(--bg);border-top:1px solid var(--line);box-shadow:0 -8px 24px rgb(0 0 0/.08)}
.what{flex:1;min-width:0}
#player p{overflow:hidden;text-overflow:ellipsis;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;font-size:var(--small)}
#player-file{font-weight:600}
#audio{width:300px;max-width:100%;height:40px}
#player-close{border:0;background:none;font-size:var(--lead);width:32px;height:32px;cursor:pointer;border-radius:50%}
@media (max-width:860px){
.confusion,.map,.beside{grid-template-columns:minmax(0,1fr);gap:24px}
.lists{position:static}
.lists .list{max-height:none}
.classes{columns:2;column-gap:8px}
}
@media (max-width:600px){
:root{--title:24px;--lead:17px}
main,footer{padding:0 16px}
section{padding-top:56px}
.top,#player{padding-left:16px;padding-right:16px}
.brand{display:none}
.wide{display:none}
.narrow{display:block}
.score{grid-template-columns:1fr;gap:8px}
.facts{gap:16px 32px}
.matrix{border-spacing:1px}
.matrix th:first-child{width:auto;min-width:0}
.matrix th .label{max-width:84px}
.matrix th:first-child{position:sticky;left:0;z-index:1;background:var(--bg)}
.matrix{table-layout:auto}
.matrix td{height:24px;min-width:20px}
.cell{min-height:24px}
.mark{min-width:18px;height:18px;font-size:10px;padding:0 2px}
.cards{grid-template-columns:none;grid-auto-flow:column;grid-auto-columns:min(78vw,300px);gap:20px;width:max-content}
.strip{overflow-x:auto;margin:0 -16px;padding:0 16px 8px}
.findings>li{grid-template-columns:1fr;gap:8px}
.hashes>div{grid-template-columns:1fr;gap:2px}
#player{flex-wrap:wrap;gap:8px}
.what{flex-basis:80%}
#audio{flex:1}
}
@media print{.top,#player,.play{display:none!important}section{break-inside:avoid}}
`;
