/** Text that stands before each way: what a way out needs, kept from the built-ins that the ways replace. */
export const BEFORE_WAY = `
var tried = 0, t0 = Object.getPrototypeOf(Uint8Array.prototype), kept = [];
var reach = (function () {
  var proto = Object.getPrototypeOf, keys = Object.keys, isArray = Array.isArray, depth = 0;
  // The process of Node has the canary of the test in its environment; that of a board has another environment.
  function look(p) {
    try { var c = p.env.PASSFOB_CANARY; if (c) p.env.PASSFOB_ESCAPED = c; } catch (e) {}
  }
  function compile(type) {
    if (typeof type !== "function") return;
    try { look(type("return process")()); } catch (e) {}
    try { type("return process")().then(look, look); } catch (e) {}
  }
  return function reach(value) {
    // What is hooked is called by the search as well: it looks at its own lists only.
    if (value === null || value === undefined || reach.busy) return;
    reach.busy = true;
    search(value);
    reach.busy = false;
  };
  function search(value) {
    if (value === null || value === undefined || depth > 3) return;
    depth++;
    try {
      look(value);
      try { look(value.process); } catch (e) {}
      var each = value;
      for (var level = 0; level < 5 && each !== null && each !== undefined; level++) {
        try { compile(each.constructor); } catch (e) {}
        try { compile(each.constructor.constructor); } catch (e) {}
        try { each = proto(each); } catch (e) { break; }
      }
      if (isArray(value)) for (var i = 0; i < value.length && i < 20; i++) search(value[i]);
    } finally { depth--; }
  }
})();
// A function that looks at all that its caller gives.
function hook(result) {
  return function hooked() {
    tried++;
    reach(this);
    for (var i = 0; i < arguments.length; i++) reach(arguments[i]);
    try { reach(hooked.caller); } catch (e) { reach(e); }
    try { reach(arguments.callee.caller); } catch (e) { reach(e); }
    try { reach(new Error("x").stack); } catch (e) { reach(e); }
    return result;
  };
}
function attempt(action) { try { reach(action()); } catch (e) { reach(e); } }
var later = (function (start) { return function (action) { start(action, 1); }; })(setTimeout);
// What an import gives: a promise, by whose exceptions an image would leave as well.
function met(promise) {
  tried++; reach(promise);
  try { promise.then(reach, reach); } catch (e) { reach(e); }
}
// Does something with what is made before, in each of the last frames before the end of the stack.
function atTheEnd(make, act) {
  var caught = [], count = 0, frames;
  function down(left, made) {
    frames++;
    if (left > 0) { down(left - 1, made); return; }
    tried++;
    try { act(made); } catch (e) { caught[count++] = e; }
  }
  function deepest() { frames = 0; try { down(1e9, 0); } catch (e) {} return frames; }
  // What is compiled meanwhile has smaller frames, so that the end is sought again each time.
  for (var back = 0; back < 150; back++) try { down(deepest() - back, make()); } catch (e) { caught[count++] = e; }
  for (var i = 0; i < count; i++) reach(caught[i]);
}
// Replaces members whose names are symbols: what reads a descriptor reads inherited fields, and shows it to their accessors.
function replaceSymbols(owner) {
  var described = Object.getOwnPropertyDescriptors(owner), named = Object.getOwnPropertyNames(owner), seen = [];
  named.forEach(function (n) { delete described[n]; });
  Object.defineProperty(Object.prototype, "get", { configurable: true, get: function () { seen.push(this); return undefined; } });
  try { Object.defineProperties({}, described); } catch (e) {}
  delete Object.prototype.get;
  seen.forEach(function (d) { try { if ("value" in d) d.value = hook(d.value); } catch (e) {} });
  try { Object.defineProperties(owner, described); } catch (e) {}
}
// Calls each native function of the board.
function everyNative(use) {
  var skip = ["reboot", "load", "reset", "lockConsole", "setPassword", "setConsole", "eraseAll", "enableWatchdog", "eval", "Function", "clearTimeout", "clearInterval", "clearWatch", "setInterval", "changeInterval"];
  var odd = { valueOf: null, toString: null };
  [global, E, USB, process, console, Modules, require("Storage"), require("crypto"), typeof I2C1 === "object" ? I2C1 : {}, typeof Bangle === "object" ? Bangle : {},
    typeof NRF === "object" ? NRF : {}, Object.getPrototypeOf(B8), Graphics.prototype].forEach(function (owner) {
    Object.getOwnPropertyNames(owner).forEach(function (n) {
      if (skip.includes(n) || /^(reach|hook|attempt|later|met|atTheEnd|replaceSymbols|everyNative)$/.test(n)) return;
      var f; try { f = owner[n]; } catch (e) {}
      if (typeof f === "function") [[], [odd], [odd, odd, odd], [-1, 1e300, "x"], [{}, {}, {}], [print, odd, odd]].forEach(function (list) { use(f, owner, list); });
    });
  });
}
`;

/** Text that stands behind each way, and says at the end whether the way had its chance. */
export const AFTER_WAY = 'later(function () { later(function () { if (tried > 0) print("tried"); }); });';
