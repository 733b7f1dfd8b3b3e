/// The style sheet of the page.
///
/// The colours are Okabe and Ito's (https://jfly.uni-koeln.de/color/): orange speaks for the positive
/// class, sky blue against it, yellow is a signal's circle, violet a warning; image and text have
/// bluish green and reddish purple. Words against are also underlined, so that no meaning hangs on colour
/// alone.
enum PageStyle {
  static let sheet = """
    :root {
      color-scheme: light dark;
      --ground: #fbfbfa; --surface: #ffffff; --ink: #1b1e21; --muted: #565d65;
      --rule: #d8dce0; --soft: #eef1f3; --accent: #00609a;
      --note: #f2eefb; --note-rule: #6b4fa0; --for: 230 159 0; --against: 86 180 233;
      --image: #007a59; --text: #a8507f;
    }
    @media screen and (prefers-color-scheme: dark) {
      :root {
        --ground: #131619; --surface: #1a1e22; --ink: #e9ebed; --muted: #a9b1b9;
        --rule: #353b41; --soft: #22272c; --accent: #7cc4f0;
        --note: #262036; --note-rule: #a48ad8; --for: 186 120 0; --against: 30 110 160;
        --image: #2fc79a; --text: #e39ac4;
      }
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    html { -webkit-text-size-adjust: 100%; }
    body { margin: 0; background: var(--ground); color: var(--ink);
      font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue",
        "Liberation Sans", Arial, sans-serif; }
    main, header, footer { max-width: 68rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
    header { padding-top: clamp(1.5rem, 5vw, 3rem); }
    h1 { font-size: clamp(1.5rem, 4.5vw, 2.2rem); line-height: 1.2; margin: .1em 0 .35em;
      letter-spacing: -.015em; overflow-wrap: anywhere; }
    h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.6rem 0 .6rem; }
    p, li { max-width: 46rem; }
    p { margin: .5rem 0; }
    a { color: var(--accent); }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .eyebrow, .lede, .aside, figcaption, footer { color: var(--muted); }
    .eyebrow { font-size: .85rem; margin: 0; }
    .note { border-left: 4px solid var(--note-rule); background: var(--note); padding: .7rem 1rem;
      margin: 1.25rem 0 0; max-width: 46rem; border-radius: 0 .4rem .4rem 0; }
    .viewer { display: grid; grid-template-columns: minmax(0, 3fr) minmax(15rem, 2fr); gap: 1.25rem;
      align-items: start; }
    .stage { overflow: auto; max-height: 44rem; background: #000; border: 1px solid var(--rule);
      border-radius: .5rem; }
    .frame { position: relative; width: 100%; overflow: hidden; }
    .frame img { display: block; width: 100%; height: auto; }
    .frame canvas, .frame svg { position: absolute; }
    .frame svg { inset: 0; width: 100%; height: 100%; }
    .rim, .ring { fill: none; vector-effect: non-scaling-stroke; }
    .rim { stroke: rgb(0 0 0 / .75); stroke-width: 5; }
    .ring { stroke: #f0e442; stroke-width: 2.2; }
    .frame text { fill: #f0e442; stroke: #000; stroke-width: .22em; paint-order: stroke;
      font-weight: 700; text-anchor: middle; dominant-baseline: central; }
    .side { display: grid; gap: 1rem; }
    .side .note { margin: 0; font-size: .92rem; }
    .controls { display: grid; gap: .85rem; background: var(--surface); padding: 1rem;
      border: 1px solid var(--rule); border-radius: .6rem; }
    .controls label { display: grid; gap: .25rem; font-size: .92rem; }
    .controls .top { display: flex; justify-content: space-between; gap: 1rem; }
    .controls .check { display: flex; align-items: center; gap: .5rem; }
    .controls output { font-variant-numeric: tabular-nums; color: var(--muted); }
    select, input[type=range] { width: 100%; min-height: 2.2rem; font: inherit; accent-color: var(--accent); }
    select { background: var(--surface); color: var(--ink); border: 1px solid var(--rule);
      border-radius: .35rem; padding: 0 .5rem; }
    input[type=checkbox], input[type=radio] { width: 1.15rem; height: 1.15rem; accent-color: var(--accent); }
    fieldset { border: 0; padding: 0; margin: .5rem 0; display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; }
    fieldset label { display: flex; align-items: center; gap: .45rem; }
    legend { padding: 0; float: left; margin-right: 1rem; color: var(--muted); }
    .report { background: var(--surface); border: 1px solid var(--rule); border-radius: .6rem;
      padding: 1rem 1.2rem; max-width: 50rem; font-size: 1.08rem; line-height: 1.9;
      white-space: pre-wrap; overflow-wrap: anywhere; }
    .word { border-radius: .25rem; padding: .08em .12em; background: rgb(var(--for) / var(--share)); }
    .word.against { background: rgb(var(--against) / var(--share)); text-decoration: underline;
      text-underline-offset: .25em; }
    .word.unknown { outline: 1px dashed var(--muted); outline-offset: -1px; }
    .word.cut-off { color: var(--muted); text-decoration: line-through; }
    .key { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; list-style: none; padding: 0;
      font-size: .9rem; margin: .7rem 0; }
    .bar { display: flex; height: 1.5rem; border-radius: .4rem; overflow: hidden; max-width: 46rem;
      border: 1px solid var(--rule); }
    .bar i { display: block; }
    .swatch { display: inline-block; width: .9em; height: .9em; border-radius: .2em;
      vertical-align: -.08em; }
    .bar .image, .swatch.image { background: var(--image); }
    .bar .text, .swatch.text { background: var(--text); }
    .scroll { position: relative; overflow-x: auto; margin: .75rem 0 1.25rem; background: var(--surface);
      border: 1px solid var(--rule); border-radius: .6rem; }
    .scroll.tall { max-height: 24rem; overflow-y: auto; }
    table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
    caption { text-align: left; color: var(--muted); padding: .7rem .9rem .4rem; font-size: .87rem; }
    th, td { padding: .45rem .7rem; text-align: right; white-space: nowrap; }
    thead th { font-size: .86rem; border-bottom: 1px solid var(--rule); }
    thead th:first-child, tbody th, th.words, td.words { text-align: left; }
    tbody th { font-weight: 550; }
    tbody tr + tr > * { border-top: 1px solid var(--soft); }
    dl.facts { margin: 1rem 0; }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
      gap: .6rem 1.75rem; }
    dt { color: var(--muted); font-size: .85rem; }
    dd { margin: 0; overflow-wrap: anywhere; }
    footer { font-size: .85rem; padding-top: 2rem; padding-bottom: 3rem; }
    @media (max-width: 46rem) {
      .viewer { grid-template-columns: minmax(0, 1fr); }
      .stage { max-height: 80vh; }
    }
    @media print {
      .controls { display: none; }
      .viewer { grid-template-columns: 1fr; }
      .stage, .scroll.tall { max-height: none; overflow: visible; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }

    """
}
