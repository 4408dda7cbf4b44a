// Runs before anything else at every boot: from here on no port is a console, and forced, so that plugging in a cable
// does not bring one back. No password on top: it would stand in flash in clear, a random one would have nothing to
// guard but a console that is on no port, and Espruino opens a locked console to whoever types the password and to
// nothing else, so that a damaged image could not be flashed again.
E.setConsole(null, { force: true });
