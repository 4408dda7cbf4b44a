// Runs first at every boot. From here on no port is a console, and `force` keeps it so when a cable is plugged in.
// There is no password: it would be stored in flash in clear text. A random one would protect nothing, because no
// port has a console, and would make a damaged image impossible to flash again, because Espruino opens a locked
// console only to the password.
E.setConsole(null, { force: true });
