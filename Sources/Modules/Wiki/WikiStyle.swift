// What the wiki's style sheet has beside the one of all pages.

let wikiStyle = """
    :root { --added: #e3f4e6; --removed: #fbe6e6; }
    @media (prefers-color-scheme: dark) { :root { --added: #17301f; --removed: #3a1d20; } }
    nav.wiki { display: flex; align-items: center; justify-content: space-between; gap: 1rem; margin: -1rem 0 1.75rem; }
    nav.wiki form { display: flex; max-width: 16rem; flex: 1; }
    nav.wiki input { padding: .35rem .75rem; }
    .head { display: flex; align-items: baseline; justify-content: space-between; gap: 1rem; flex-wrap: wrap; }
    .head h1, .head p { margin-bottom: 1rem; }
    .head p { display: flex; align-items: center; gap: 1rem; }
    .button { display: inline-block; font-weight: 600; color: var(--card); background: var(--accent);
      border-radius: .5rem; padding: .4rem 1.1rem; }
    .row .button { padding: .55rem 1.1rem; }
    .quiet { color: var(--accent); background: none; border: 1px solid var(--line); }
    button.quiet { padding: .15rem .6rem; font-size: .85rem; white-space: nowrap; }
    .card > p:last-child, .notice > :last-child { margin-bottom: 0; }
    .notice { border-left: .3rem solid var(--accent); }
    textarea { display: block; width: 100%; resize: vertical; color: inherit; background: var(--field);
      border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; margin: 0 0 .6rem; line-height: 1.5;
      font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875rem; }
    textarea:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    input[type=radio], input[type=checkbox] { flex: none; accent-color: var(--accent); margin: 0; }
    .text { overflow-wrap: anywhere; padding: 1.4rem 1.5rem; }
    .text > :first-child { margin-top: 0; }
    .text > :last-child { margin-bottom: 0; }
    .text h1 { font-size: 1.45rem; margin: 1.75rem 0 .75rem; }
    .text h2 { font-size: 1.2rem; letter-spacing: 0; text-transform: none; color: inherit; margin: 1.6rem 0 .6rem; }
    .text h3, .text h4, .text h5, .text h6 { font-size: 1rem; margin: 1.4rem 0 .5rem; }
    .text ul, .text ol { margin: 0 0 1rem; padding-left: 1.5rem; }
    .text li > input { margin-right: .35rem; }
    .text li:has(> input) { list-style: none; margin-left: -1.25rem; }
    .text pre { background: var(--field); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem;
      margin: 0 0 1rem; }
    .text :not(pre) > code { background: var(--field); border-radius: .25rem; padding: .1rem .3rem; }
    .text blockquote { margin: 0 0 1rem; padding: 0 0 0 1rem; border-left: .2rem solid var(--line); color: var(--dim); }
    .text table { display: block; width: auto; overflow-x: auto; margin: 0 0 1rem; }
    .text th, .text td { border: 1px solid var(--line); padding: .35rem .7rem; overflow-wrap: break-word; }
    .text tr:first-child > th, .text tr:first-child > td { border-top: 1px solid var(--line); }
    .text th { font-weight: 600; }
    .text [align=right] { text-align: right; }
    .text [align=center] { text-align: center; }
    .text img { max-width: 100%; }
    .text hr { border: 0; border-top: 1px solid var(--line); margin: 1.5rem 0; }
    .absent { border-bottom: 1px dashed var(--dim); color: var(--dim); }
    .revisions .pick { width: 3.2rem; }
    .revisions .act { width: 6.5rem; text-align: right; }
    .revisions .act form { display: inline; }
    .sides { table-layout: fixed; }
    .sides td { padding: .1rem .6rem; border: 0; vertical-align: top; }
    .sides th { padding: 0 .6rem .5rem; color: var(--dim); font-size: .8rem; }
    .sides td + td, .sides th + th { border-left: 1px solid var(--line); }
    .lines td { border: 0; padding: 0 .5rem; line-height: 1.4rem; vertical-align: top; }
    .lines pre { line-height: inherit; min-height: 1.4rem; }
    .lines .number { width: 2.75rem; text-align: right; color: var(--dim); font-size: .8rem;
      font-variant-numeric: tabular-nums; user-select: none; }
    .lines .sign { width: 1.5rem; color: var(--dim); }
    .lines tbody + tbody tr:first-child > td { border-top: 1px dashed var(--dim); }
    .added { background: var(--added); }
    .removed { background: var(--removed); }
    .sides pre { min-height: 1.5em; }
    .match { padding: .6rem 0; border-top: 1px solid var(--line); }
    .match:first-child { border-top: 0; padding-top: 0; }
    .match:last-child { padding-bottom: 0; }
    .match > a { font-weight: 600; }
    @media (max-width: 40rem) {
      main { padding-top: 1.75rem; }
      .text { padding: 1rem 1.1rem; }
      .revisions .size { display: none; }
      .revisions .time { display: table-cell; width: auto; white-space: normal; }
      .revisions .pick { width: 2.6rem; }
      .revisions .act { width: 5.5rem; }
      .lines .number { display: none; }
      .sides td, .sides th { padding-left: .35rem; padding-right: .35rem; }
    }
    """
