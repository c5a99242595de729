// The script of the form: a request for each file, so that each has its progress. Without it the form sends them all.

extension UploadPage {
    static let script = PageAsset(Array(source.utf8), named: scriptName)

    private static let source = #"""
        "use strict";
        const form = document.getElementById("upload");
        const input = document.getElementById("file");
        const transfers = document.getElementById("transfers");

        function size(bytes) {
          if (bytes < 1024) return bytes + " B";
          const units = ["KiB", "MiB", "GiB", "TiB"];
          let unit = -1;
          do { bytes /= 1024; unit += 1; } while (bytes >= 1024 && unit < units.length - 1);
          return (Math.floor(bytes * 10) / 10).toFixed(1) + " " + units[unit];
        }

        function element(name, className, text) {
          const made = document.createElement(name);
          made.className = className;
          made.textContent = text;
          return made;
        }

        // A file's line: its name, how it stands, and a bar.
        function line(file) {
          const item = element("div", "transfer", "");
          const state = element("span", "dim", "waiting");
          const bar = document.createElement("progress");
          bar.max = 1;
          bar.value = 0;
          bar.setAttribute("aria-label", file.name);
          item.append(element("span", "name", file.name), state, bar);
          transfers.append(item);
          transfers.hidden = false;
          return { item, state, bar };
        }

        // A saved file's name leads to where it can be read. Without the key location it is said to be at the address that
        // took it, where no file can be read.
        function link(line, request) {
          const place = request.getResponseHeader("Location");
          if (!place || place === form.getAttribute("action") + place.split("/").pop()) return;
          const anchor = element("a", "name", line.item.firstChild.textContent);
          anchor.href = place;
          line.item.firstChild.replaceWith(anchor);
        }

        function finish(line, text, isSaved) {
          line.item.classList.add(isSaved ? "saved" : "failed");
          line.state.textContent = text;
          if (isSaved) line.bar.value = 1;
        }

        function saved(request, file) {
          let name = file.name;
          try { name = JSON.parse(request.responseText).files[0].name; } catch (error) { /* 204: the name is its own */ }
          return (name === file.name ? "saved, " : "saved as " + name + ", ") + size(file.size);
        }

        function refused(request) {
          try { return JSON.parse(request.responseText).detail; } catch (error) { return "error " + request.status; }
        }

        function send(file, line) {
          return new Promise((resolve) => {
            const request = new XMLHttpRequest();
            request.open("PUT", form.getAttribute("action") + encodeURIComponent(file.name));
            request.setRequestHeader("Accept", "application/json");
            request.setRequestHeader("Content-Type", "application/octet-stream");
            request.upload.onprogress = (event) => {
              line.bar.value = event.total ? event.loaded / event.total : 1;
              line.state.textContent = size(event.loaded) + " of " + size(event.total);
            };
            request.onload = () => {
              const isSaved = request.status >= 200 && request.status < 300;
              finish(line, isSaved ? saved(request, file) : refused(request), isSaved);
              if (isSaved) link(line, request);
              resolve();
            };
            request.onerror = () => { finish(line, "the connection was lost", false); resolve(); };
            request.send(file);
          });
        }

        let queue = Promise.resolve();

        function upload(files) {
          for (const file of files) {
            const own = line(file);
            queue = queue.then(() => send(file, own));
          }
          return queue;
        }

        form.addEventListener("submit", (event) => {
          event.preventDefault();
          upload(Array.from(input.files));
          form.reset();
        });
        document.addEventListener("dragover", (event) => event.preventDefault());
        document.addEventListener("drop", (event) => {
          event.preventDefault();
          upload(Array.from(event.dataTransfer.files));
        });

        """#
}
