// The built-in templates, each under the name of the file that can replace it.

enum WikiTemplates {
    static let all = [
        "header": header, "footer": footer, "list": list, "view": view, "absent": absent, "edit": edit,
        "conflict": conflict, "history": history, "diff": difference, "search": search,
    ]

    private static let header = """
        \(PageTemplate.headStart)
        <link rel="stylesheet" href="{{mount}}/file/style.css">
        </head>
        <body>
        <main>
        <nav class="wiki"><a href="{{mount}}/">All pages</a>
        <form action="{{mount}}/search" role="search">
        <input type="search" name="q" value="{{query}}" placeholder="Search" aria-label="Search" required></form></nav>

        """

    private static let footer = """
        </main>
        <footer>\(PageTemplate.arch) Portico</footer>
        </body>
        </html>

        """

    private static let list = """
        {{> header}}
        <h1>Pages</h1>
        <form method="post" action="{{mount}}/goto" class="card">
        <label for="page">Make or edit a page</label>
        <div class="row"><input id="page" name="page" type="text" required maxlength="100" pattern="{{pattern}}"
        title="{{rule}}" placeholder="Name" autocomplete="off" autocapitalize="off" spellcheck="false">
        <button type="submit">Edit</button></div>
        </form>
        {{#hasPages}}
        <div class="card">
        <table class="entries dated">
        <thead><tr><th>Name</th><th class="size">Size</th><th class="time">Modified (UTC)</th></tr></thead>
        <tbody>
        {{#pages}}
        <tr><td><a href="{{mount}}/view/{{name}}">{{name}}</a></td>\
        <td class="size">{{size}}</td><td class="time">{{time}}</td></tr>
        {{/pages}}
        </tbody>
        </table>
        </div>
        {{/hasPages}}
        <p class="dim">{{summary}}</p>
        {{> footer}}
        """

    private static let view = """
        {{> header}}
        <div class="head"><h1>{{name}}</h1>
        <p><a class="button" href="{{mount}}/edit/{{name}}">Edit</a> <a href="{{mount}}/history/{{name}}">History</a></p></div>
        {{#old}}
        <div class="card notice"><p>This is revision {{number}} of {{time}}.
        <a href="{{mount}}/view/{{name}}">See the page as it is now</a></p>
        <form method="post" action="{{mount}}/restore/{{name}}"><input type="hidden" name="revision" value="{{number}}">
        <input type="hidden" name="base" value="{{base}}"><button type="submit">Restore this revision</button></form></div>
        {{/old}}
        <article class="card text">
        {{{html}}}
        </article>
        {{^old}}
        {{#hasBacklinks}}
        <p class="dim">Linked from: {{#backlinks}}<a href="{{mount}}/view/{{.}}">{{.}}</a>{{^last()}}, {{/last()}}{{/backlinks}}</p>
        {{/hasBacklinks}}
        <p class="dim">Last changed {{modified}} UTC</p>
        {{/old}}
        {{> footer}}
        """

    private static let absent = """
        {{> header}}
        <h1>{{name}}</h1>
        <div class="card">
        <p>There is no page of this name yet.</p>
        <p><a class="button" href="{{mount}}/edit/{{name}}">Make this page</a>\
        {{#hasHistory}} <a href="{{mount}}/history/{{name}}">Its history</a>{{/hasHistory}}</p>
        </div>
        {{#hasBacklinks}}
        <p class="dim">Linked from: {{#backlinks}}<a href="{{mount}}/view/{{.}}">{{.}}</a>{{^last()}}, {{/last()}}{{/backlinks}}</p>
        {{/hasBacklinks}}
        {{> footer}}
        """

    private static let edit = """
        {{> header}}
        <h1><span class="dim">{{#isNew}}New page{{/isNew}}{{^isNew}}Edit{{/isNew}}</span> {{name}}</h1>
        {{#notice}}
        <div class="card notice"><p>{{notice}}</p></div>
        {{/notice}}
        <form method="post" action="{{mount}}/save/{{name}}" class="card">
        <input type="hidden" name="base" value="{{base}}">
        <label for="body">Text</label>
        <textarea id="body" name="body" rows="22" autofocus>
        {{{source}}}</textarea>
        <p class="dim">Markdown; <code>[[Page]]</code> links to a page.</p>
        <div class="row"><button type="submit">Save</button> <a class="button quiet" href="{{mount}}/view/{{name}}">Cancel</a></div>
        </form>
        {{> footer}}
        """

    private static let conflict = """
        {{> header}}
        <h1>{{name}} has changed</h1>
        <div class="card notice"><p>Somebody changed this page since you began. Nothing was saved yet, and nothing is lost:
        bring both texts together in the form below, then save.</p></div>
        <div class="card">
        <table class="sides">
        <thead><tr><th>On the page now</th><th>Yours</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><td class="{{leftClass}}"><pre>{{left}}</pre></td><td class="{{rightClass}}"><pre>{{right}}</pre></td></tr>
        {{/rows}}
        </tbody>
        </table>
        </div>
        <form method="post" action="{{mount}}/save/{{name}}" class="card">
        <input type="hidden" name="base" value="{{base}}">
        <label for="body">Merged text</label>
        <textarea id="body" name="body" rows="16">
        {{{source}}}</textarea>
        <p class="dim">It begins as your text. The one on the page stays in the history.</p>
        <div class="row"><button type="submit">Save</button> <a class="button quiet" href="{{mount}}/view/{{name}}">Drop mine</a></div>
        </form>
        {{> footer}}
        """

    private static let history = """
        {{> header}}
        <h1><span class="dim">History of</span> <a href="{{mount}}/view/{{name}}">{{name}}</a></h1>
        {{#hasRevisions}}
        <div class="card">
        <form action="{{mount}}/diff/{{name}}" id="compare"></form>
        <table class="entries revisions">
        <thead><tr><th class="pick">From</th><th class="pick">To</th><th>Revision</th><th class="size">Size</th>\
        <th class="time">Time (UTC)</th><th class="act"></th></tr></thead>
        <tbody>
        {{#revisions}}
        <tr><td class="pick"><input form="compare" type="radio" name="from" value="{{number}}"\
        aria-label="From revision {{number}}"{{#isFrom}} checked{{/isFrom}}></td>\
        <td class="pick"><input form="compare" type="radio" name="to" value="{{number}}"\
        aria-label="To revision {{number}}"{{#isTo}} checked{{/isTo}}></td>
        <td><a href="{{mount}}/view/{{name}}?revision={{number}}">{{number}}</a>{{#isCurrent}} <span class="dim">now</span>\
        {{/isCurrent}}</td><td class="size">{{size}}</td><td class="time">{{time}}</td>
        <td class="act">{{^isCurrent}}<form method="post" action="{{mount}}/restore/{{name}}">\
        <input type="hidden" name="revision" value="{{number}}"><input type="hidden" name="base" value="{{base}}">\
        <button class="quiet" type="submit">Restore</button></form>{{/isCurrent}}</td></tr>
        {{/revisions}}
        </tbody>
        </table>
        </div>
        <p><button form="compare" type="submit">Compare</button></p>
        {{/hasRevisions}}
        {{^hasRevisions}}
        <p class="dim">This page has no history.</p>
        {{/hasRevisions}}
        {{> footer}}
        """

    private static let difference = """
        {{> header}}
        <h1><a href="{{mount}}/view/{{name}}">{{name}}</a> <span class="dim">from {{from}} to {{to}}</span></h1>
        <p><span class="dim">{{summary}} ·</span> <a href="{{mount}}/history/{{name}}">History</a></p>
        {{#hasHunks}}
        <div class="card">
        <table class="lines">
        {{#hunks}}
        <tbody>
        {{#lines}}
        <tr class="{{kind}}"><td class="number">{{before}}</td><td class="number">{{after}}</td>\
        <td class="sign">{{sign}}</td><td><pre>{{text}}</pre></td></tr>
        {{/lines}}
        </tbody>
        {{/hunks}}
        </table>
        </div>
        {{/hasHunks}}
        {{> footer}}
        """

    private static let search = """
        {{> header}}
        <h1><span class="dim">Search for</span> {{query}}</h1>
        {{#hasMatches}}
        <div class="card">
        {{#matches}}
        <section class="match"><a href="{{mount}}/view/{{page}}">{{page}}</a>
        {{#lines}}
        <pre><span class="dim">{{number}}</span> {{text}}</pre>
        {{/lines}}
        </section>
        {{/matches}}
        </div>
        {{/hasMatches}}
        <p class="dim">{{summary}}</p>
        {{> footer}}
        """
}
