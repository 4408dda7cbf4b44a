/**
 * Image text that looks for a global object by every known route: each entry of `ROUTES` is an expression that may give
 * one, or fail. Routes that need a listener or a later event store what they find in `found`.
 */

const FUNCTIONS = `[function () {}, () => 0, async function () {}, function* () {}, async function* () {}, class {}, print,
  setTimeout, Math.random, Math.floor, parseInt, eval, Function, Object, Array, String, Number, Date, Error, Uint8Array,
  ArrayBuffer, JSON.parse, require, load, console.log, process.memory, E.hwRand, E.reboot, E.on, Graphics,
  Graphics.createArrayBuffer, USB.write, I2C1.writeTo, Promise, Promise.resolve, Modules.getCached, B8.read, atob,
  require("Storage").read, require("crypto").SHA1]`;
const OBJECTS = `[{}, [], "", 5, true, /x/, new Date(), new Error("x"), new Uint8Array(2), new ArrayBuffer(2), E, USB, B8,
  process, process.env, console, JSON, Math, global, I2C1, Promise.resolve(1), require("Storage"), require("Storage").list(),
  Graphics.createArrayBuffer(8, 8, 1), E.getFlags(), E.toUint8Array("a"), require("crypto").SHA1("a"), arguments,
  new Uint8Array(2).buffer, Object.create(null), E.getErrorFlags()]`;
/** Exceptions from inside of native calls, which the image catches. */
const EXCEPTIONS = `[
  function () { null.x; }, function () { missing(); }, function () { eval("("); }, function () { new Function("("); },
  function () { setTimeout(5); }, function () { require("nothing"); }, function () { I2C1.writeTo(1, 1); },
  function () { E.toUint8Array({}); }, function () { new Uint8Array(-1); }, function () { [].length = -1; },
  function () { print({ toString: null, valueOf: null }); }, function () { Number({ valueOf: null, toString: null }); },
  function () { E.setConsole({}); }, function () { Graphics.createArrayBuffer(0, 0, 0); }, function () { B8.read.call(5); },
  function () { atob(5); }, function () { require("Storage").write("x", { callback: function () { throw this; } }); },
  function () { setTimeout(print, 1e300); }, function () { E.setUSBHID({}); }, function () { peek32(1); },
  function () { (function deep() { deep(); })(); }, function () { (function deep() { print(deep()); })(); },
  function () { var f = function () { E.toUint8Array({ callback: f }); }; f(); }, function () { "x".repeat(-1); },
  function () { decodeURIComponent("%"); }, function () { JSON.parse("{"); }, function () { new RegExp("("); },
  function () { require("crypto").AES.encrypt("a", "b"); }, function () { class A { constructor() { this.x(); } } new A(); }]`;

/** `import()` by every compiler: in a browser the page's Content-Security-Policy refuses it, which no test in Node has. */
export const IMPORTS = `
try { eval("imp" + "ort('node:fs')").then(follow, follow); } catch (e) { follow(e); }
try { eval("imp" + "ort/**/('node:fs')").then(follow, follow); } catch (e) { follow(e); }
try { eval("imp" + "ort<!-- a comment\\n('node:fs')").then(follow, follow); } catch (e) { follow(e); }
try { eval("imp" + "ort\\n--> a comment\\n('node:fs')").then(follow, follow); } catch (e) { follow(e); }
try { new Function("a = imp" + "ort('node:fs')", "return a")().then(follow, follow); } catch (e) { follow(e); }
[function () {}, async function () {}, function* () {}, print, Function].forEach(function (each) {
  try { each.constructor("return imp" + "ort('node:fs')")().then(follow, follow); } catch (e) { follow(e); }
});
`;

/** What a value leads to: itself, what made it, and what these compile. */
export const SEARCH = `
var found = [];
function keep(value) { if (value !== null && (typeof value === "object" || typeof value === "function")) found.push(value); }
function compilers(value) {
  var seen = [];
  for (var each = value, depth = 0; each !== null && each !== undefined && depth < 6; depth++) {
    try { seen.push(each.constructor); } catch (e) {}
    try { seen.push(each.constructor.constructor); } catch (e) {}
    try { each = Object.getPrototypeOf(each); } catch (e) { break; }
  }
  try { Object.getOwnPropertyNames(value).forEach(function (name) {
    var own = Object.getOwnPropertyDescriptor(value, name);
    [own.get, own.set, own.value].forEach(function (member) { if (typeof member === "function") seen.push(member.constructor); });
  }); } catch (e) {}
  try { seen.push(value.prototype.constructor.constructor, Object.getPrototypeOf(value.prototype).constructor.constructor); } catch (e) {}
  return seen;
}
// Each rejection is followed to a compiler that makes another one.
var followed = 0;
function follow(value) {
  if (++followed > 2000) return;
  keep(value);
  compilers(value).forEach(function (type) {
    if (typeof type !== "function") return;
    ["this", "globalThis", "process"].forEach(function (name) {
      try {
        var made = type("return " + name)();
        keep(made);
        // What an asynchronous function gives.
        made.then(keep, follow);
      } catch (e) {}
    });
    try { var made = type("yield this")(); keep(made.next().value); } catch (e) {}
  });
}
function caught(action) { try { action(); } catch (e) { follow(e); } }
[(function () { return this; })(), globalThis, global, (0, eval)("this"), eval("this"), this, new Function("return this")(),
  [].map(function () { return this; })[0], "x".replace("x", function () { keep(this); }), (function () { return this; }).call(null),
  (function () { return this; }).bind(undefined)(), (function () { return typeof self === "object" ? self : 0; })()].forEach(keep);
${FUNCTIONS}.forEach(follow);
(function () { ${OBJECTS}.forEach(follow); })();
${EXCEPTIONS}.forEach(caught);
(function () { follow(arguments.callee.caller); })();
try { (function () { "use strict"; follow(arguments.callee.caller); })(); } catch (e) { follow(e); }
try { follow((function f() { return f.caller; })()); } catch (e) { follow(e); }
try { E.toUint8Array({ callback: function f() { follow(f.caller); follow(arguments.callee.caller); follow(this); } }); } catch (e) { follow(e); }
var tracing = false;
Error.prepareStackTrace = function (error, frames) {
  // Following an error asks for its trace again.
  if (tracing) return "";
  tracing = true;
  follow(frames);
  follow(error);
  frames.forEach(function (frame) {
    follow(frame);
    ["getThis", "getFunction", "getEvalOrigin", "getTypeName"].forEach(function (name) { try { follow(frame[name]()); } catch (e) { follow(e); } });
  });
  tracing = false;
  return "";
};
try { Error.__proto__.prepareStackTrace = Error.prepareStackTrace; (0, new Error("x").constructor).prepareStackTrace = Error.prepareStackTrace; } catch (e) {}
try { E.toUint8Array({ callback: function () { return new Error("x").stack; } }); } catch (e) { follow(e); }
try { follow(new Error("x").stack); null.x; } catch (e) { follow(e); try { follow(e.stack); } catch (x) {} }
try { Object.getPrototypeOf(function () {}).constructor.prepareStackTrace = Error.prepareStackTrace; } catch (e) {}
[[], "", {}, new Uint8Array(1), function () {}].forEach(function (value) {
  try { Object.getOwnPropertySymbols(Object.getPrototypeOf(value)).forEach(function (name) { follow(value[name]); follow(name); }); } catch (e) {}
  Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(value))).forEach(function (name) {
    try { follow(Object.getOwnPropertyDescriptor(Object.getPrototypeOf(value), name).get); } catch (e) {}
  });
});
process.on("uncaughtException", function (error) { follow(error); follow(this); follow(arguments.callee.caller); });
setTimeout("(", 1);
setTimeout(function () { follow(this); follow(arguments); null.x; }, 1);
setTimeout(function () { require("nothing"); }, 2);
setWatch(function (event) { follow(event); follow(this); follow(arguments); }, BTN, { edge: "both", repeat: true });
USB.on("data", function (data) { follow(data); follow(this); follow(arguments); });
new Promise(function (done, failed) { follow(done); failed(5); }).then(follow, follow);
Promise.resolve(1).then(function () { follow(this); null.x; });
`;

/** Image text that prints what of these names each found object has, once time has passed. */
export function report(names: readonly string[]): string {
  return `
function looked() {
  var names = ${JSON.stringify(names)}, there = {};
  found.forEach(function (value) {
    names.forEach(function (name) {
      var member;
      try { member = value[name]; } catch (e) { member = e; }
      if (member !== undefined && !(value === global && typeof member === "number")) there[name] = typeof member;
    });
  });
  names.forEach(function (name) { try { if (eval("typeof " + name) !== "undefined") there[name] = "by name"; } catch (e) {} });
  print("reached " + Object.keys(there).join(","), found.length > 100);
}
setTimeout(looked, 200);
`;
}
