// Runs before anything else at every boot: from here on no port is a console.
E.setConsole(null, { force: true });
