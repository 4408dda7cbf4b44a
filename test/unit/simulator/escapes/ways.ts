/**
 * Known ways out of a context of `node:vm`, as text of an image. Each tells everything it gets hold of to `reach` of the
 * kit (`kit.ts`), or hooks functions by `hook`, which tells it `this`, arguments and callers, and counts in `tried`.
 */

export interface Way {
  readonly name: string;
  /** Where it is known from; *adapted* where the sandbox there has other functions than a board. */
  readonly source: string;
  readonly board?: 'pico-hid' | 'banglejs2';
  readonly code: string;
}

const TRACES: readonly Way[] = [
  {
    name: 'an uncaught exception whose trace the image writes',
    source: 'V8, stack trace API; vm2 CVE-2023-29017 (GHSA-7jxr-cg7f-gpgv)',
    code: 'Error.prepareStackTrace = hook(""); later(function () { throw new Error("x"); }); tried++;',
  },
  {
    name: 'a trace that is written by what takes the place of the global Error',
    source: 'vm2 CVE-2022-36067 (GHSA-mrgp-mrhc-5jrq)',
    code: `globalThis.Error = { prepareStackTrace: hook("") };
      later(function () { null.x; }); try { null.x; } catch (e) { reach(e.stack); } tried++;`,
  },
  {
    name: 'the functions and receivers in the frames of a trace',
    source: 'V8, CallSite; gf3/sandbox issue 65',
    code: `Error.prepareStackTrace = function (e, frames) { tried++; frames.forEach(function (f) {
        ["getThis", "getFunction", "getEvalOrigin"].forEach(function (n) { try { reach(f[n]()); } catch (x) { reach(x); } });
      }); reach(frames); return ""; };
      function traced() { tried++; return new Error("x").stack && 1; }
      var odd = { valueOf: traced, toString: traced, get data() { return traced(); } };
      attempt(function () { E.toString(odd); }); attempt(function () { E.clip(odd, 1, 2); });
      attempt(function () { [3, 1, 2].sort(traced); }); attempt(function () { print(odd); });`,
  },
  {
    name: 'a limit of traces that the image sets where it is inherited',
    source: 'V8, Error.stackTraceLimit (adapted)',
    code: `Function.prototype.stackTraceLimit = Object.prototype.stackTraceLimit = 20;
      attempt(function () { Error.stackTraceLimit = 20; });
      attempt(function () { Object.defineProperty(Error, "stackTraceLimit", { value: 20 }); });
      Object.prototype.prepareStackTrace = hook(""); later(function () { throw new Error("x"); }); tried++;`,
  },
  {
    name: 'a trace that Node cannot write, since the name of the exception has no text',
    source: 'vm2 issue 562 (error.name = Symbol(), adapted)',
    code: `var e = new Error("x"); e.name = { toString: null, valueOf: null }; tried++;
      attempt(function () { reach(e.stack); }); var f = new TypeError("x"); f.message = e.name; attempt(function () { reach(f.stack); });`,
  },
  {
    name: 'a trace that is written at the end of the stack',
    source: 'vm2 issues 197 and 199 (adapted to the trace)',
    code: 'atTheEnd(function () { return new Error("x"); }, function (e) { e.stack; });',
  },
  {
    name: 'an exception of a script that Node decorates with its line',
    source: 'Node, node:vm, displayErrors',
    code: `Error.prepareStackTrace = hook(""); tried++;
      require("Storage").write("m", "throw new Error('x')"); attempt(function () { require("m"); });
      attempt(function () { setTimeout("throw new Error('x')", 1); });`,
  },
];

const THROWN: readonly Way[] = [
  {
    name: 'a thrown object with accessors for its trace and its text',
    source: 'vm2 issue 32 (adapted)',
    code: `tried++; later(function () { throw { get stack() { return hook("")(); }, get message() { return hook("m")(); }, toString: hook("t") }; });
      later(function () { throw { message: "x", toString: hook("t") }; });`,
  },
  {
    name: 'an exception of a native function',
    source: 'vm2 issue 138 and GHSA-6pw2-5hjv-9pf7',
    code: `everyNative(function (f, self, list) { tried++; attempt(function () { reach(f.apply(self, list)); }); });`,
  },
  {
    name: 'the end of the stack in native functions',
    source: 'vm2 issue 197; CVE-2019-10769 (safer-eval)',
    code: `[print, getTime, Math.random, E.toString, function () { B8.read(); }, function () { (0.1).toString(); },
        function () { digitalWrite(B8, 1); }, function () { setTimeout(print, 1e9); }, function () { require("Storage").read("x"); }
      ].forEach(function (f) { atTheEnd(function () { return 1; }, function () { f(1); }); });`,
  },
  {
    name: 'the end of the stack in a callback of a native function',
    source: 'vm2 issue 199 (adapted)',
    code: `atTheEnd(function () { return 1; }, function () { E.toUint8Array({ callback: function () { return 1; } }); });
      atTheEnd(function () { return 1; }, function () { E.toString([{ toString: print }, [1, [2]]]); });
      atTheEnd(function () { return 1; }, function () { print({ get a() { return [1]; } }); });`,
  },
  {
    name: 'the end of the stack in a compiler',
    source: 'Agoric realms-shim issue 48',
    code: `atTheEnd(function () { return 1; }, function () { eval("1"); }); atTheEnd(function () { return 1; }, function () { new Function("1"); });
      atTheEnd(function () { return 1; }, function () { eval("("); });
      require("Storage").write("m", "1"); atTheEnd(function () { return 1; }, function () { Modules.removeAllCached(); require("m"); });`,
  },
  {
    name: 'an error of syntax in a script that Node compiles',
    source: 'Node, node:vm, vm.Script (compiled outside of the context)',
    code: `process.on("uncaughtException", hook()); later("("); require("Storage").write("m", "("); tried++;
      attempt(function () { require("m"); }); attempt(function () { require("Storage").readJSON("m"); }); attempt(function () { eval("("); });`,
  },
  {
    name: 'the exception by which the board leaves the image',
    source: 'own; adapted from vm2 GHSA-4w2j-2rg4-5mjw',
    code: 'print("tried"); later(function () { try { E.reboot(); } catch (e) { reach(e); attempt(print); attempt(E.reboot); } });',
  },
  {
    name: 'an exception of the outside that the listener for exceptions gets',
    source: 'vm2 issue 138 (events, adapted)',
    code: `process.on("uncaughtException", hook()); tried++;
      [function () { changeInterval(setInterval(print, 1e9), 1e300); }, function () { E.setUSBHID(5); }, function () { peek32(1); },
        function () { I2C1.readFrom(1, 1e15); },
        function () { setWatch(print, BTN, { edge: {} }); }].forEach(later);`,
  },
];

const BUILT_INS: readonly Way[] = [
  {
    name: 'an array whose own map gets a function of the outside',
    source: 'V8, array methods; vm2 issue 562 (adapted)',
    code: `var a = [1]; a.map = a.forEach = a.join = a.slice = a.reduce = hook([]); print(a); E.toJS(a); tried++;
      attempt(function () { E.sum(a); E.CRC32(a); E.toString(a); USB.println(a); }); later(function () { throw a; });`,
  },
  {
    name: 'methods of all arrays, which the image replaces',
    source: 'vm2 GHSA-cchq-frgv-rjh5 (CVE-2023-37466, adapted)',
    code: `"map forEach join slice splice concat push pop shift unshift filter reduce every some find fill indexOf includes sort reverse".split(" ")
        .forEach(function (n) { Array.prototype[n] = hook([]); });
      tried++; print([1, [2]], new Uint8Array(2)); attempt(function () { E.getErrorFlags(); require("Storage").list(); });
      attempt(function () { Promise.all([1]); }); later(print); E.on("x", print); E.emit("x", 1);`,
  },
  {
    name: 'methods of typed arrays and buffers, which the image replaces',
    source: 'vm2 issue 197 (Buffer.prototype.write with a receiver of the image, adapted)',
    code: `var t = Object.getPrototypeOf(Uint8Array.prototype);
      "set subarray slice map join fill forEach".split(" ").forEach(function (n) { t[n] = hook(); Uint8Array.prototype[n] = hook(); });
      ["length", "buffer", "byteLength"].forEach(function (n) { Object.defineProperty(t, n, { get: hook(3) }); });
      tried++; attempt(function () { E.toUint8Array("abc"); E.CRC32(new Uint8Array(4)); I2C1.writeTo(60, new Uint8Array(4)); });
      attempt(function () { print(new Uint8Array(2)); Graphics.createArrayBuffer(8, 8, 1, { buffer: new ArrayBuffer(8) }).clear(); });`,
  },
  {
    name: 'call, apply and bind, which the image replaces',
    source: 'vm2 issue 203; GHSA-647f-g98j-qq25 (adapted)',
    code: `["call", "apply", "bind"].forEach(function (n) { Function.prototype[n] = hook(); }); tried++;
      attempt(function () { print(1, [2]); getTime(); B8.read(); eval("1"); new Function("1"); }); later(print); E.on("x", print); E.emit("x");
      attempt(function () { (0.5).toString(); [0.5].join(); JSON.stringify([0.5]); });`,
  },
  {
    name: 'methods of texts, numbers and regular expressions, which the image replaces',
    source: 'vm2 CVE-2023-29199 (GHSA-xj72-wvfv-8985, adapted)',
    code: `"charCodeAt charAt split replace match substring slice indexOf toString valueOf trim".split(" ").forEach(function (n) { String.prototype[n] = hook("x"); });
      Number.prototype.toString = Number.prototype.valueOf = RegExp.prototype.exec = RegExp.prototype.test = hook(null); tried++;
      attempt(function () { E.toString("abc", 5); require("Storage").list(/a/); new ArrayBuffer(2)[0]; }); attempt(function () { atob("YWI="); eval("1"); });`,
  },
  {
    name: 'iterators, which the image reaches without the name of their symbol',
    source: 'ECMA-262, ToPropertyDescriptor reads inherited fields (own); vm2 issue 562',
    code: `replaceSymbols(Array.prototype); replaceSymbols(String.prototype); replaceSymbols(t0); replaceSymbols(RegExp.prototype); replaceSymbols(Date.prototype); tried++;
      attempt(function () { print([1], new Date(), /x/); E.toString([1, 2]); setTimeout(print, 1, 1, 2); require("Storage").list(/x/); });
      attempt(function () { E.on("x", print); E.emit("x", 1, 2); I2C1.writeTo(60, [1, 2]); USB.write([1]); Promise.all([1]); Number(new Date()); });`,
  },
  {
    name: 'the constructor by which an array makes another (species)',
    source: 'vm2 GHSA-grj5-jjm8-h35p; vm2 issue 562, finding 1',
    code: `var a = [1, 2]; a.constructor = { constructor: 1 }; replaceSymbols(Array); Object.defineProperty(Array.prototype, "constructor", { get: hook(hook([])) });
      tried++; attempt(function () { print(a); E.toString(a); E.emit("x", a); a.slice().concat(a); }); attempt(function () { E.removeListener("x", a); });`,
  },
  {
    name: 'setters for the names and places that the outside sets',
    source: 'vm2 CVE-2021-23449 (prototype pollution, adapted)',
    code: `["exports", "state", "time", "lastTime", "pin", "size", "dir", "data", "tag", "message", "stack", "buffer", "free", "total", "connected"]
        .forEach(function (n) { var kept = hook(); Object.defineProperty(Object.prototype, n, { configurable: true, set: kept, get: function () { return undefined; } }); });
      tried++; attempt(function () { process.memory(); require("Storage").getStats(); }); attempt(function () { E.getFlags(); E.getErrorFlags(); });
      attempt(function () { require("Storage").write("m", "exports.a = 1"); require("m"); }); attempt(function () { setTimeout(); }); attempt(function () { setWatch(hook(), BTN, true); });`,
  },
  {
    name: 'setters for the elements of lists of the outside',
    source: 'vm2 documentation, ATTACKS, array setters of the sandbox (adapted)',
    code: `[0, 1, 2].forEach(function (n) { Object.defineProperty(Array.prototype, n, { configurable: true, set: hook(), get: hook() }); }); tried++;
      attempt(function () { E.toString({ data: "a", count: 2 }); print({ a: 1 }); }); attempt(function () { E.emit("x", 1, 2); Object.keys({ a: 1 }); require("Storage").list(); });
      attempt(function () { new Function("a", "b", "1"); }); attempt(function () { E.setFlags({ a: 1 }); });`,
  },
  {
    name: 'traps of the proxy behind buffers',
    source: 'vm2 CVE-2023-32314 (GHSA-whpj-8f3w-67p5); vm2 issue 187',
    code: `var heir = Object.create(ArrayBuffer.prototype); tried++;
      [function () { heir[0]; }, function () { heir[0] = 1; }, function () { heir.length = 1; }, function () { Object.getPrototypeOf(ArrayBuffer.prototype).x = 1; },
        function () { for (var x of heir) reach(x); }, function () { reach(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(ArrayBuffer.prototype))); },
        function () { Object.setPrototypeOf(ArrayBuffer.prototype, heir); }, function () { print(heir); E.toString(heir); require("Storage").write("x", heir); },
        function () { Object.defineProperty(heir, "0", { get: hook(1) }); heir[0]; E.CRC32(heir); }].forEach(attempt); later(function () { throw heir; });`,
  },
];

const ARGUMENTS: readonly Way[] = [
  {
    name: 'accessors of option objects',
    source: 'vm2 issue 175 (getters, adapted)',
    code: `var o = {}; ["edge", "repeat", "debounce", "force", "path", "scl", "sda", "bitrate", "address", "buffer", "msb", "vertical_byte", "data", "count", "callback",
        "iv", "mode", "keySize", "hasher", "iterations", "reportDescriptor", "sf", "x", "y", "x1", "y1", "r", "w", "h"].forEach(function (n) { Object.defineProperty(o, n, { enumerable: true, get: hook(1) }); });
      everyNative(function (f, self) { attempt(function () { reach(f.call(self, o, o, o, o)); }); attempt(function () { reach(f.call(self, print, "B8", o)); }); });`,
  },
  {
    name: 'arguments that make their own text and number',
    source: 'vm2 issue 241 (coercion, adapted)',
    code: `var o = { toString: hook("x"), valueOf: hook(1), toJSON: hook(1) };
      everyNative(function (f, self) { attempt(function () { reach(f.call(self, o)); }); attempt(function () { reach(f.call(self, "x", o, o, o)); }); attempt(function () { reach(f.call(self, print, o)); }); });`,
  },
  {
    name: 'the object that becomes JSON',
    source: 'ECMA-262, SerializeJSONProperty (toJSON gets the holder by this)',
    code: `var s = require("Storage"), o = { toJSON: hook({ b: 1 }) }; s.writeJSON("a", o); s.writeJSON("b", [o, { o: o }]); s.write("c", { o: o }); JSON.stringify(o, hook(1));`,
  },
  {
    name: 'the pattern by which Storage is searched',
    source: 'ECMA-262, String.prototype.match (adapted)',
    code: `var s = require("Storage"), r = /a/; s.write("a", "b"); r.exec = hook(null); attempt(function () { s.list(r); s.hash(r); });
      Object.defineProperty(r, "flags", { get: hook("g") }); Object.defineProperty(r, "lastIndex", { writable: true, value: { valueOf: hook(0) } });
      attempt(function () { s.list(r); }); attempt(function () { s.list({ toString: hook("a") }); });`,
  },
  {
    name: 'callers of functions that the outside calls',
    source: 'ECMA-262, arguments.callee and Function.caller; vm2 issue 32',
    code: `later(hook()); process.on("uncaughtException", hook()); later(function () { throw 1; }); setWatch(hook(), BTN, { edge: "both", repeat: true });
      E.toString({ callback: hook("a") }); Modules.addCached("x", hook(1)); Promise.resolve(1).then(hook()); USB.on("data", hook()); E.emit("x"); E.on("x", hook()); E.emit("x");`,
  },
  {
    name: 'arguments of events of a watch',
    source: 'own; vm2 issue 32 (objects of the outside as arguments)',
    board: 'banglejs2',
    code: `tried++; ["touch", "swipe", "lock", "lcdPower", "backlight", "twist", "tap"].forEach(function (n) { Bangle.on(n, hook()); });
      NRF.on("HID", hook()); Bangle.setLocked(true); Bangle.setLocked(false); Bangle.setLCDPower(false); Bangle.setLCDPower(true); Bangle.setLocked(false);
      attempt(function () { Bangle.setOptions({ get lockTimeout() { return hook(0)(); } }); reach(Bangle.getOptions()); });`,
  },
  {
    name: 'functions of the watch that the image replaces',
    source: 'own (a method of the image, called from outside)',
    board: 'banglejs2',
    code: `g.flip = hook(); Bangle = { get "#ontouch"() { return hook([hook()])(); } }; NRF = { get "#onHID"() { return hook([hook()])(); } };
      later(function () { g.fillRect(0, 0, 9, 9); });`,
  },
  {
    name: 'reports, services and callbacks of Bluetooth',
    source: 'own (options and callbacks of a native function)',
    board: 'banglejs2',
    code: `attempt(function () { NRF.setServices(undefined, { get hid() { return hook([5])(); } }); }); attempt(function () { NRF.setServices({ get a() { return hook(1)(); } }); });
      attempt(function () { NRF.sendHIDReport([{ callback: hook(1) }], hook()); }); reach(NRF.getSecurityStatus()); tried++;`,
  },
  {
    name: 'reports of USB',
    source: 'own (data and listeners of a native function)',
    board: 'pico-hid',
    code: `attempt(function () { E.setUSBHID({ get reportDescriptor() { return hook([1, { callback: hook(2) }])(); } }); }); E.on("HID", hook());
      attempt(function () { E.sendUSBHID({ data: { callback: hook([1]) }, count: 2 }); });`,
  },
  {
    name: 'global objects of the board that the image replaces',
    source: 'node:vm documentation, contextified objects (adapted)',
    code: `var p = process; E = { get "#onHID"() { return hook([hook()])(); } }; process = { get "#onuncaughtException"() { return hook([hook()])(); } };
      USB["#ondata"] = [hook(), { length: 1 }]; Object.defineProperty(USB, "#ondata", { get: hook([hook()]) }); later(function () { throw 1; });
      try { Object.defineProperty(global, "process", { get: hook(p) }); } catch (e) { reach(e); } later(function () { null.x; });`,
  },
  {
    name: 'the text of a module that closes its wrapper',
    source: 'Node, module wrapper (adapted)',
    code: `var s = require("Storage"), n = 0; ["}), 5, (function () {", "}), { call: hook() }, (function () {", "}), hook(), (function () {", "reach(arguments); reach(this); hook()(); module.exports = hook();"]
        .forEach(function (text) { var name = "m" + n++; s.write(name, text); tried++; attempt(function () { reach(require(name)); }); });
      attempt(function () { require("Storage").write("n", "Object.defineProperty(module, 'exports', { get: hook(1) })"); require("n"); });`,
  },
  {
    name: 'what native functions return, and what is in it',
    source: 'vm2 issue 32; node:vm documentation',
    code: `everyNative(function (f, self) { tried++; attempt(function () { var r = f.call(self); reach(r); for (var k in r) reach(r[k]); }); reach(f); reach(f.prototype); });
      [require("crypto").SHA1("a"), E.toUint8Array("a").buffer, Graphics.createArrayBuffer(8, 8, 1).buffer, atob("=="), E.getFlags(), process.memory(), process.env, I2C1, USB, B8].forEach(reach);`,
  },
];

const COMPILERS: readonly Way[] = [
  {
    name: 'a script that imports a module',
    source: 'Node, node:vm, importModuleDynamically (its promise is of the outside)',
    code: `tried++; ["(0, eval)", "eval", "Function", "new Function"].forEach(function (c) {
        ["@('node:fs')", "@\\n('node:fs')", "@/**/('node:fs')", "@//\\n('node:fs')", "@<!-- a\\n('node:fs')", "@\\n--> a\\n('node:fs')"].forEach(function (t) {
          t = t.replace("@", "imp" + "ort");
          attempt(function () { met(eval(c + "(" + JSON.stringify(t) + ")")); met(eval(c + "(" + JSON.stringify("return " + t) + ")()")); }); }); });
      attempt(function () { met(Function("a = imp" + "ort('node:fs')", "return a")()); });`,
  },
  {
    name: 'an import behind a check of text that uses methods of the image',
    source: 'own; vm2 CVE-2023-29199 (text that the check does not see)',
    code: `tried++; var evil = ["return imp" + "ort('node:fs')"]; Array.prototype.map = Array.prototype.slice = function () { return evil; };
      attempt(function () { met(Function("1")()); }); Function.prototype.call = Function.prototype.apply = function () { return evil[0]; };
      attempt(function () { met(Function("1")()); }); String.prototype.toString = function () { return evil[0]; }; attempt(function () { met(eval({ toString: function () { return evil[0]; } })); });`,
  },
  {
    name: 'an import in text that runs later',
    source: 'Node, node:vm, importModuleDynamically (adapted)',
    code: `tried++; var t = "met(imp" + "ort('node:fs'))", s = require("Storage"); setTimeout(t, 1); setWatch(t, BTN, true); s.write("m", t); s.write("j", "imp" + "ort('node:fs')");
      attempt(function () { require("m"); }); attempt(function () { met(s.readJSON("j")); }); attempt(function () { Modules.addCached("k", t); }); E.on("x", t); E.emit("x");`,
  },
  {
    name: 'compilers of other kinds of functions',
    source: 'vm2 issue 295 and GHSA-p5gc-c584-jj6v; V8, AsyncFunction and GeneratorFunction',
    code: `[async function () {}, function* () {}, async function* () {}, () => 1, class {}, print, { m() {} }.m, { get a() { return 1; } }].forEach(function (f) { tried++;
        reach(f); reach(Object.getPrototypeOf(f)); reach(Object.getPrototypeOf(f).prototype);
        attempt(function () { met(f.constructor("return imp" + "ort('node:fs')")()); met(Object.getPrototypeOf(f).constructor("return imp" + "ort('node:fs')")()); }); });
      class More extends Function {} attempt(function () { met(new More("return imp" + "ort('node:fs')")()); });`,
  },
];

const LATER: readonly Way[] = [
  {
    name: 'promises of the language and their handlers',
    source: 'vm2 CVE-2023-37466 (GHSA-cchq-frgv-rjh5)',
    code: `var p = (async function () { return 1; })(), P = p.constructor; tried++; reach(p); reach(P); P.prototype.then = hook(); P.prototype.constructor = hook();
      p.constructor = function (run) { hook()(); run(hook(), hook()); }; attempt(function () { met(p.finally(hook())); }); attempt(function () { P.all([p]); P.withResolvers(); });
      (async function () { try { await { then: function (done, failed) { hook()(done, failed); failed(1); } }; } catch (e) { reach(e); } })();`,
  },
  {
    name: 'an exception in an asynchronous function at the end of the stack',
    source: 'vm2 GHSA-ch3r-j5x3-6q2m (CVE-2023-30547, adapted)',
    code: `async function fail() { deeper(); } function deeper() { deeper(); } tried++; fail().catch(reach); (async function* () { deeper(); })().next().catch(reach);
      (async function () { for await (var x of [{ then: function (a, b) { b(new Error("x")); } }]) reach(x); })().catch(reach);`,
  },
  {
    name: 'thenables among promises of the board',
    source: 'vm2 GHSA-cchq-frgv-rjh5 (adapted)',
    code: `Promise.resolve({ then: hook() }); Promise.all([{ then: hook() }, { get then() { return hook(hook())(); } }]); new Promise(hook()).then(hook(), hook());
      Promise.reject({ toString: hook("x") }); Promise.reject(new Error("x")); Object.prototype.then = hook(); E.getFlags(); Promise.resolve({});`,
  },
  {
    name: 'the symbol by which an object describes itself to Node',
    source: 'vm2 CVE-2023-37903 (GHSA-g644-9gfx-q4q4)',
    code: `tried++; var kinds = [Array.prototype, String.prototype, t0, RegExp.prototype, Date.prototype, Function.prototype, JSON, Math, Array];
      kinds.forEach(function (k) { var d = Object.getOwnPropertyDescriptors(k); for (var n in d) if (typeof n !== "string") symbol(n);
        Object.keys(d).concat(Object.getOwnPropertyNames(d)).forEach(symbol); });
      Object.getPrototypeOf(ArrayBuffer.prototype).set = hook(); function symbol(n) { if (typeof n === "symbol") { reach(n); inspect(n.constructor); inspect(n.__proto__.constructor); } }
      function inspect(S) { var o = {}; o[S["for"]("nodejs.util.inspect.custom")] = hook(); print(o); later(function () { throw o; }); (async function () { throw o; })().catch(reach); }`,
  },
  {
    name: 'global objects of Node by name and by this',
    source: 'node:vm documentation; Node, globals',
    code: `tried++; [this, globalThis, global, (function () { return this; })(), (0, eval)("this"), Function("return this")()].forEach(reach);
      ["Buffer", "setImmediate", "queueMicrotask", "structuredClone", "WebAssembly", "SharedArrayBuffer", "Atomics", "Reflect", "Proxy", "Symbol", "WeakRef", "FinalizationRegistry", "ShadowRealm", "Intl", "Iterator"]
        .forEach(function (n) { attempt(function () { reach(eval(n)); print("there: " + n); }); });
      reach(console.log); reach(process.mainModule); reach(process.binding); attempt(function () { Object.setPrototypeOf(global, { get process() { return hook()(); } }); });`,
  },
  {
    name: 'values that the console shows',
    source: 'vm2 issue 216 (inspection, adapted)',
    code: `[{ get a() { return hook(1)(); } }, { message: "m", toString: hook("x") }, Object.create({ get message() { return hook("m")(); } }), [{ get b() { return hook(hook())(); } }]]
        .forEach(function (o) { attempt(function () { print(o); USB.print(o); console.log(o); E.toJS(o); }); });
      var d = new Date(); d.toString = hook("d"); print(d); later(function () { throw d; }); E.setFlags({ get deepSleep() { return hook(1)(); } });`,
  },
];

export const WAYS: readonly Way[] = [
  ...TRACES,
  ...THROWN,
  ...BUILT_INS,
  ...ARGUMENTS,
  ...COMPILERS,
  ...LATER,
];
