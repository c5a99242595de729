// The one style sheet of all pages: system fonts, light and dark, readable on a phone, nothing loaded.

let pageStyle = """
    :root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --ink: #1d2430; --dim: #5f6b7c; --line: #e2e6ec;
      --accent: #2b5fc7; --field: #f8f9fb; }
    @media (prefers-color-scheme: dark) { :root { --ground: #11141a; --card: #191e27; --ink: #e3e8f0; --dim: #94a0b3;
      --line: #2a313d; --accent: #8fb2ff; --field: #12161d; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
      font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
    main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 1rem; }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1.25rem; overflow-wrap: anywhere; }
    h2 { font-size: .8rem; letter-spacing: .06em; text-transform: uppercase; color: var(--dim); margin: 0 0 .5rem; }
    p { margin: 0 0 1rem; }
    a { color: var(--accent); text-decoration: none; }
    a:hover, a:focus-visible { text-decoration: underline; }
    code, pre, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
      font-size: .875rem; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem 1.25rem;
      margin: 0 0 1.25rem; overflow: hidden; }
    .dim { color: var(--dim); }
    table { width: 100%; border-collapse: collapse; }
    th, td { text-align: left; vertical-align: baseline; padding: .4rem 0; border-top: 1px solid var(--line);
      font-weight: normal; }
    tr:first-child > th, tr:first-child > td { border-top: 0; }
    td { overflow-wrap: anywhere; }
    .facts th { width: 13rem; padding-right: 1rem; color: var(--dim); font-size: .9rem; }
    .sections { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.25rem; }
    .sections > * { grid-column: 1 / -1; }
    .sections > .short { grid-column: auto; }
    .short .facts th { width: 9.5rem; }
    .facts tr:last-child > * { padding-bottom: 0; }
    .facts:first-child tr:first-child > *, .entries:first-child > :first-child > tr:first-child > * { padding-top: 0; }
    .entries th { color: var(--dim); font-size: .8rem; }
    .entries th a { color: inherit; }
    .entries thead + tbody tr:first-child > td { border-top: 1px solid var(--line); }
    .entries .size { text-align: right; white-space: nowrap; width: 7rem; }
    .entries .time { text-align: right; white-space: nowrap; width: 12rem; }
    .entries tr:last-child > td { padding-bottom: 0; }
    .entries td.size, .entries td.time { color: var(--dim); font-size: .875rem; font-variant-numeric: tabular-nums; }
    .folder { font-weight: 600; }
    .problem { max-width: 34rem; margin: 8vh auto 1.25rem; padding: 2rem; }
    .problem :last-child { margin-bottom: 0; }
    .status { font-size: 3.25rem; font-weight: 700; line-height: 1; margin: 0 0 .5rem; color: var(--accent);
      font-variant-numeric: tabular-nums; }
    label { display: block; font-weight: 600; margin: 0 0 .4rem; }
    .row { display: flex; gap: .6rem; }
    input { flex: 1; min-width: 0; font: inherit; color: inherit; background: var(--field);
      border: 1px solid var(--line); border-radius: .5rem; padding: .55rem .75rem; }
    button { font: inherit; font-weight: 600; color: var(--card); background: var(--accent); border: 0;
      border-radius: .5rem; padding: .55rem 1.1rem; cursor: pointer; }
    button:hover { filter: brightness(1.08); }
    input:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
    .value { font-size: 1.15rem; }
    footer { display: flex; align-items: center; justify-content: center; gap: .4rem; color: var(--dim);
      font-size: .8rem; padding: 0 1rem 2rem; }
    footer svg { width: .9rem; height: .9rem; fill: currentColor; }
    @media (max-width: 48rem) { .sections > .short { grid-column: 1 / -1; } .short .facts th { width: 13rem; } }
    @media (max-width: 40rem) {
      main { padding-top: 1.5rem; }
      .sections { display: block; }
      .problem { margin-top: 1rem; padding: 1.5rem; }
      .facts th, .facts td, .short .facts th { display: block; width: auto; padding: 0; border: 0; }
      .facts th { font-size: .8rem; }
      .facts tr { display: block; padding: .45rem 0; border-top: 1px solid var(--line); }
      .facts tr:first-child { border-top: 0; }
      .facts:first-child tr:first-child { padding-top: 0; }
      .facts:last-child tr:last-child { padding-bottom: 0; }
      .entries .time { display: none; }
      .entries .size { width: 5rem; }
      .dated, .dated thead, .dated tbody { display: block; }
      .dated tr { display: flex; flex-wrap: wrap; column-gap: 1rem; padding: .4rem 0; }
      .dated thead tr { padding-top: 0; }
      .dated tbody tr { border-top: 1px solid var(--line); }
      .dated tbody tr:last-child { padding-bottom: 0; }
      .dated.entries tr:nth-child(n) > :nth-child(n) { display: block; width: auto; padding: 0; border: 0; }
      .dated td:first-child { flex: 0 0 100%; }
      .dated .time { margin-left: auto; }
    }
    """
