"use strict";
// The search page. Index files come as scripts (see flows/briefing/search.py), so that this works from a file too.
(function () {
  var waiting = {};
  var form = document.getElementById("search");
  var box = document.getElementById("q");
  var topic = document.getElementById("topic");
  var said = document.getElementById("said");
  var list = document.getElementById("results");
  var more = document.getElementById("more");
  var PAGE = 10;
  var round = 0;

  window.sovwatchAddress = new URL("search/pagefind.js", document.baseURI).href;

  window.sovwatchPart = function (name, coded) {
    var raw = atob(coded);
    var bytes = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    if (waiting[name]) waiting[name](new Response(bytes));
    delete waiting[name];
  };

  window.sovwatchFetch = function (address) {
    var name = String(address).split("?")[0].split("/").pop();
    return new Promise(function (give, fail) {
      waiting[name] = give;
      load("search/" + name + ".js").catch(fail);
    });
  };

  function load(path) {
    return new Promise(function (done, fail) {
      var script = document.createElement("script");
      script.src = path;
      script.onload = function () { script.remove(); done(); };
      script.onerror = function () { script.remove(); fail(new Error(path)); };
      document.head.appendChild(script);
    });
  }

  var engine = null;
  function start() {
    if (!engine) {
      engine = load("search/pagefind.js").then(function () {
        return window.pagefind.options({ baseUrl: "/", excerptLength: 28 });
      }).then(function () { return window.pagefind.init(); }).then(function () { return window.pagefind; });
    }
    return engine;
  }

  // Chinese and Japanese are indexed by pairs of characters.
  function split(text) {
    return text.replace(/[\u3040-\u30ff\u3400-\u9fff]+/g, function (run) {
      var pairs = [];
      for (var i = 0; i < run.length - 1; i++) pairs.push(run.slice(i, i + 2));
      return " " + (pairs.join(" ") || run) + " ";
    });
  }

  function run() {
    var text = box.value.trim();
    var mine = ++round;
    var query = "?q=" + encodeURIComponent(text) + (topic.value ? "&topic=" + encodeURIComponent(topic.value) : "");
    try { history.replaceState(null, "", query); } catch (error) { /* a file opened in a strict browser */ }
    if (!text) { show([], 0, ""); return; }
    said.textContent = "Searching …";
    start().then(function (pagefind) {
      return pagefind.search(split(text), topic.value ? { filters: { topic: topic.value } } : {});
    }).then(function (found) {
      if (mine === round) show(found.results, 0, text);
    }).catch(function () {
      said.textContent = "The index could not be loaded. sovwatch briefing makes it again; sovwatch search works without it.";
    });
  }

  function show(results, from, text) {
    if (!from) list.replaceChildren();
    more.hidden = true;
    if (!text) { said.textContent = "Type words; the beginnings of words are enough."; return; }
    var mine = round;
    var total = results.length;
    said.textContent = total ? total + (total === 1 ? " page" : " pages") + " for “" + text + "”" : "Nothing for “" + text + "”";
    Promise.all(results.slice(from, from + PAGE).map(function (one) { return one.data(); })).then(function (pages) {
      if (mine !== round) return;
      pages.forEach(function (page) { list.appendChild(item(page)); });
      more.hidden = from + PAGE >= total;
      more.onclick = function () { show(results, from + PAGE, text); };
    });
  }

  function item(page) {
    var entry = document.createElement("li");
    entry.className = "hit";
    var head = entry.appendChild(document.createElement("h2"));
    head.dir = "auto";
    link(head, page.url, page.meta.title);
    var best = page.sub_results.filter(function (one) { return one.url.indexOf("#d-") > 0; }).slice(0, 3);
    if (best.length) {
      var inner = entry.appendChild(document.createElement("ul"));
      best.forEach(function (one) {
        var line = inner.appendChild(document.createElement("li"));
        link(line.appendChild(document.createElement("strong")), one.url, one.title);
        marked(line.appendChild(document.createElement("p")), one.excerpt);
      });
    } else {
      marked(entry.appendChild(document.createElement("p")), page.excerpt);
    }
    return entry;
  }

  function link(place, url, text) {
    var a = place.appendChild(document.createElement("a"));
    a.href = url.replace(/^\/+/, "");
    a.textContent = text;
  }

  // The excerpt is markup: only its text and its marks are taken over.
  function marked(place, excerpt) {
    place.dir = "auto";
    new DOMParser().parseFromString(excerpt, "text/html").body.childNodes.forEach(function (node) {
      var target = node.nodeName === "MARK" ? place.appendChild(document.createElement("mark")) : place;
      target.appendChild(document.createTextNode(node.textContent));
    });
  }

  var timer = 0;
  var asked = new URLSearchParams(location.search);
  box.value = asked.get("q") || "";
  topic.value = asked.get("topic") || "";
  if (topic.selectedIndex < 0) topic.value = "";
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); clearTimeout(timer); run(); });
  box.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(run, 200); });
  topic.addEventListener("change", run);
  run();
  if (!box.value) box.focus();
})();
