/// The style sheet of the report.
///
/// Colours of the series are Okabe and Ito's
/// (https://jfly.uni-koeln.de/color/), which people with any colour vision tell apart: blue and
/// vermilion on light ground, sky blue and orange on dark. Violet is a warning and nothing else; a
/// difference that holds is green where the row gains and purple where it loses.
package enum ReportStyle {
  /// The whole sheet.
  package static let sheet = colours + text + tables + drawings + media

  private static let colours = """
    :root {
      color-scheme: light dark;
      --ground: #fbfbfa; --surface: #ffffff; --ink: #1b1e21; --muted: #565d65;
      --rule: #d8dce0; --soft: #eef1f3; --accent: #00609a;
      --a: #0072b2; --b: #d55e00; --a-text: #00609a; --b-text: #a84a00; --plain: #6b737b;
      --w1: #0072b2; --w2: #d55e00; --w3: #009e73; --w4: #cc79a7; --w5: #8a6d00; --w6: #1b1e21;
      --note: #f2eefb; --note-rule: #6b4fa0; --gain: #00694c; --loss: #93306a; --region: #e3e7ea; --dot: .62; --band: .17;
      --shade: rgb(0 0 0 / .22);
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --ground: #131619; --surface: #1a1e22; --ink: #e9ebed; --muted: #a9b1b9;
        --rule: #353b41; --soft: #22272c; --accent: #7cc4f0;
        --a: #56b4e9; --b: #e69f00; --a-text: #7cc4f0; --b-text: #f0b429; --plain: #98a1aa;
        --w1: #56b4e9; --w2: #e69f00; --w3: #2fc79a; --w4: #e39ac4; --w5: #f0e442; --w6: #e9ebed;
        --note: #262036; --note-rule: #a48ad8; --gain: #2fc79a; --loss: #e39ac4; --region: #3a4148; --dot: .8; --band: .26;
        --shade: rgb(0 0 0 / .7);
      }
    }

    """

  private static let text = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
    body {
      margin: 0; background: var(--ground); color: var(--ink);
      font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue",
        "Liberation Sans", Arial, sans-serif;
    }
    main, header, footer { max-width: 68rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
    header { padding-top: clamp(1.5rem, 5vw, 3rem); }
    h1 { font-size: clamp(1.6rem, 4.5vw, 2.3rem); line-height: 1.2; margin: .1em 0 .35em;
      letter-spacing: -.015em; text-wrap: balance; overflow-wrap: anywhere; }
    h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.3rem 0 .5rem; letter-spacing: -.01em; }
    h3 { font-size: 1rem; margin: 1.5rem 0 .35rem; }
    p, li { max-width: 46rem; }
    p { margin: .5rem 0; }
    a { color: var(--accent); text-underline-offset: .15em; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    small, .aside { color: var(--muted); }
    .eyebrow { color: var(--muted); font-size: .85rem; margin: 0; letter-spacing: .02em; }
    .lede { color: var(--muted); margin: 0; }
    nav ul { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; list-style: none; padding: 0;
      margin: 1rem 0 0; font-size: .92rem; }
    nav a { display: inline-block; padding: .3rem 0; }
    .note { border-left: 4px solid var(--note-rule); background: var(--note);
      padding: .7rem 1rem; margin: 1.25rem 0 0; max-width: 46rem; border-radius: 0 .4rem .4rem 0; }
    .answer { background: var(--surface); border: 1px solid var(--rule); border-radius: .75rem;
      padding: clamp(1.1rem, 3vw, 1.9rem); margin-top: 1.75rem; }
    .answer h2 { margin: 0 0 .4rem; font-size: .9rem; color: var(--muted); font-weight: 600;
      letter-spacing: .01em; }
    .answer .main { font-size: clamp(1.15rem, 2.7vw, 1.45rem); line-height: 1.4; margin: 0;
      max-width: 50rem; text-wrap: pretty; }
    .answer .main b { font-weight: 650; }
    .answer .figure { color: var(--accent); font-weight: 700; font-variant-numeric: tabular-nums; }
    .answer .aside { font-size: .82em; white-space: nowrap; }
    .answer ul { margin: 1rem 0 0; padding-left: 1.15rem; }
    .answer li { margin: .4rem 0; max-width: 52rem; }
    .answer em { font-style: normal; font-weight: 650; }
    .answer b { font-weight: 600; overflow-wrap: anywhere; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
      clip-path: inset(50%); white-space: nowrap; }
    dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
      gap: .6rem 1.75rem; margin: .75rem 0; }
    dl.facts dt { color: var(--muted); font-size: .85rem; }
    dl.facts dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
    pre { background: var(--soft); padding: .8rem 1rem; border-radius: .5rem; overflow-x: auto;
      font: .88rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
    footer { color: var(--muted); font-size: .85rem; padding-top: 1.8rem; padding-bottom: 1.5rem; }

    """

  private static let tables = """
    .scroll { position: relative; overflow-x: auto; margin: .75rem 0 1.25rem; background:
        linear-gradient(to left, var(--surface) 40%, transparent) right / 3rem 100% no-repeat local,
        linear-gradient(to left, var(--shade), transparent) right / 1rem 100% no-repeat scroll,
        var(--surface);
      border: 1px solid var(--rule); border-radius: .6rem; }
    .scroll.tall { max-height: 22rem; overflow-y: auto; }
    table { border-collapse: collapse; width: 100%; font-size: .92rem;
      font-variant-numeric: tabular-nums; }
    caption { caption-side: top; text-align: left; color: var(--muted); padding: .7rem .9rem .4rem;
      font-size: .87rem; }
    caption > span { display: block; position: sticky; left: .9rem;
      max-width: min(44rem, calc(100vw - 5rem)); }
    th, td { padding: .42rem .7rem; text-align: right; white-space: nowrap; vertical-align: baseline; }
    thead th { font-weight: 600; font-size: .86rem; line-height: 1.25; vertical-align: bottom; }
    thead tr:first-child th[scope=colgroup] { color: var(--muted); text-align: left;
      font-weight: 500; border-bottom: 1px solid var(--rule); padding-bottom: .3rem; }
    thead tr:last-child > * { border-bottom: 1px solid var(--rule); }
    thead th:first-child, tbody th { text-align: left; }
    tbody th { font-weight: 550; white-space: normal; overflow-wrap: anywhere; min-width: 8.5rem;
      position: sticky; left: 0; background: var(--surface); z-index: 1; }
    thead tr > :first-child { position: sticky; left: 0; background: var(--surface); z-index: 1; }
    tbody tr + tr > * { border-top: 1px solid var(--soft); }
    tbody.baselines { border-top: 1px solid var(--rule); }
    tbody.baselines th { font-weight: 450; }
    tbody .group th { color: var(--muted); font-size: .85rem; padding-bottom: .1rem; position: static; }
    tbody .group + tr > * { border-top: 0; }
    td.words, th.words { text-align: left; white-space: normal; min-width: 7.5rem; }
    .holds { font-weight: 650; }
    .sd { display: block; color: var(--muted); font-size: .86em; line-height: 1.35;
      font-weight: 400; }
    .none { color: var(--muted); }
    .apart { border-right: 1px solid var(--rule); }
    .chosen { color: var(--ink); }
    .pairs th, .pairs td { padding-left: .5rem; padding-right: .5rem; }
    .pairs thead th { white-space: nowrap; }
    td.mini { padding: .2rem .4rem; vertical-align: middle; }
    td.mini svg { width: 120px; height: auto; }
    .scores td, .scores th { padding-left: .5rem; padding-right: .5rem; }
    .matrix { font-size: .8rem; }
    .matrix td, .matrix th { padding: .35rem .3rem; }
    .matrix tbody th { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .matrix tbody th:first-child, .matrix thead th:first-child { padding-left: .7rem; }
    .matrix .number { color: var(--muted); font-weight: 400; }
    .matrix .self { background: var(--soft); }
    .gains { color: var(--gain); font-weight: 650; } .loses { color: var(--loss); font-weight: 650; }
    details.fold { margin: .75rem 0; }
    .fold > summary { cursor: pointer; font-weight: 600; padding: .45rem 0; }
    .fold[open] > summary { margin-bottom: .25rem; }

    """

  private static let drawings = """
    svg { display: block; width: 100%; height: auto; font-family: inherit; }
    figure { margin: 1rem 0; }
    figure > figcaption { color: var(--muted); font-size: .87rem; max-width: 46rem; margin-top: .5rem; }
    .plot { background: var(--surface); border: 1px solid var(--rule); border-radius: .6rem;
      padding: .75rem clamp(.3rem, 1.5vw, 1rem); }
    .narrow { display: none; }
    .panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr));
      gap: 1rem; margin: 1rem 0; }
    .panel { margin: 0; background: var(--surface); border: 1px solid var(--rule);
      border-radius: .6rem; padding: .7rem .6rem .4rem; max-width: 30rem; }
    .panel figcaption { margin: 0; color: var(--ink); font-weight: 600; font-size: .92rem;
      padding: 0 .3rem .4rem; overflow-wrap: anywhere; }
    .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; padding: 0; margin: .75rem 0 0;
      list-style: none; font-size: .9rem; }
    .legend li { display: flex; align-items: center; gap: .5rem; }
    .legend svg { width: 34px; height: 14px; flex: none; }
    .grid { stroke: var(--rule); stroke-width: 1; fill: none; }
    .axis { stroke: var(--muted); stroke-width: 1; fill: none; }
    .tick { fill: var(--muted); font-size: 11.5px; font-variant-numeric: tabular-nums; }
    .axis-title { fill: var(--muted); font-size: 12px; }
    .divider { stroke: var(--soft); stroke-width: 1; fill: none; }
    .label-ground { fill: var(--surface); }
    .row-label { fill: var(--ink); font-size: 13px; font-weight: 600; }
    .row-label.quiet { font-weight: 400; }
    .row-value { fill: var(--ink); font-size: 13px; font-variant-numeric: tabular-nums; }
    .dot { fill-opacity: var(--dot); stroke: var(--surface); stroke-width: .8; }
    .dot.solid { fill-opacity: 1; stroke: none; }
    .dot.series-a { fill: var(--a); } .dot.series-b { fill: var(--b); }
    .dot.baseline { fill: var(--plain); }
    .interval { stroke-width: 2.2; fill: none; stroke-linecap: round; }
    .interval.series-a { stroke: var(--a); } .interval.baseline { stroke: var(--plain); }
    .mean { stroke: var(--ink); stroke-width: 2.6; fill: none; stroke-linecap: round; }
    .curve { fill: none; stroke-width: 2.3; stroke-linejoin: round; stroke-linecap: round; }
    .curve.series-a { stroke: var(--a); }
    .curve.series-b { stroke: var(--b); stroke-width: 2; stroke-dasharray: 5 3.5; }
    .curve.weights-1 { stroke: var(--w1); } .band.weights-1, .dot.weights-1 { fill: var(--w1); }
    .curve.weights-2 { stroke: var(--w2); } .band.weights-2, .dot.weights-2 { fill: var(--w2); }
    .curve.weights-3 { stroke: var(--w3); } .band.weights-3, .dot.weights-3 { fill: var(--w3); }
    .curve.weights-4 { stroke: var(--w4); } .band.weights-4, .dot.weights-4 { fill: var(--w4); }
    .curve.weights-5 { stroke: var(--w5); } .band.weights-5, .dot.weights-5 { fill: var(--w5); }
    .curve.weights-6 { stroke: var(--w6); } .band.weights-6, .dot.weights-6 { fill: var(--w6); }
    .curve.weights-2 { stroke-dasharray: 8 4; } .curve.weights-3 { stroke-dasharray: 2 4; }
    .curve.weights-4 { stroke-dasharray: 10 3 2 3; } .curve.weights-5 { stroke-dasharray: 5 2; }
    .band[class*="weights-"] { fill-opacity: .1; }
    .curve-label[class*="weights-"] { fill: var(--ink); }
    .curve.partial { stroke-opacity: .45; }
    .band { stroke: none; fill-opacity: var(--band); }
    .band.series-a { fill: var(--a); } .band.series-b { fill: var(--b); }
    .curve-label { font-size: 12px; font-weight: 600; }
    .curve-label.series-a { fill: var(--a-text); } .curve-label.series-b { fill: var(--b-text); }
    .region { fill: var(--region); }

    """

  private static let media = """
    @media screen and (min-width: 64rem) { .scores tbody th { min-width: 17rem; } }
    @media screen and (max-width: 40rem) {
      .wide { display: none; }
      .narrow { display: block; max-width: 30rem; margin: 0 auto; }
    }
    @media screen and (max-width: 34rem) {
      h2 { margin-top: 2.4rem; }
      tbody th { min-width: 8rem; }
      th, td { padding: .45rem .55rem; }
      .pairs tbody th { min-width: 8.6rem; max-width: none; }
      .matrix tbody th { max-width: 9.5rem; }
    }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    @media print {
      body { font-size: 10pt; background: none; }
      main, header, footer { max-width: none; padding: 0; }
      nav { display: none; }
      .scroll, .scroll.tall { overflow: visible; max-height: none; }
      table { font-size: 8pt; }
      th, td { padding: .25rem .35rem; }
      td.mini svg { width: 90px; }
      .answer, .panel, .plot, tr { break-inside: avoid; }
      h2, h3 { break-after: avoid; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }

    """
}
