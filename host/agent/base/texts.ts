import type { Text } from '../../texts.ts';

/** Why a service cannot be reached, each with a next step for the person or the administrator. `{…}` is filled. */
export const networkFailureTexts = {
  'name-unknown': {
    sentence: 'The name {host} cannot be looked up on this computer.',
    next: 'Check the name and the network. If only a proxy can look up names of the internet, set HTTPS_PROXY.',
  },
  'proxy-name-unknown': {
    sentence: 'The name of the proxy, {host}, cannot be looked up on this computer.',
    next: 'Check HTTPS_PROXY, or the proxy that was given with passfob agent add.',
  },
  refused: {
    sentence: '{host}:{port} refuses connections.',
    next: 'Check that the service runs there, and that the firewall allows this computer TCP to {host}:{port}.',
  },
  'proxy-refused': {
    sentence: 'The proxy at {host}:{port} refuses connections.',
    next: 'Check its address, and that the firewall allows this computer TCP to {host}:{port}.',
  },
  silent: {
    sentence: '{host}:{port} cannot be reached: nothing comes back.',
    next: 'Have the firewall allow this computer TCP to {host}:{port}, or set HTTPS_PROXY if a proxy is the only way out.',
  },
  'proxy-silent': {
    sentence: 'The proxy at {host}:{port} cannot be reached: nothing comes back.',
    next: 'Check its address, and that the firewall allows this computer TCP to {host}:{port}.',
  },
  'proxy-login': {
    sentence: 'The proxy at {host}:{port} requires authentication (407). It accepts: {schemes}.',
    next: 'Put user and password into HTTPS_PROXY, or into a file for --proxy-login. The agent supports Basic.',
  },
  'proxy-login-wrong': {
    sentence: 'The proxy at {host}:{port} refuses the given user and password (407). It accepts: {schemes}.',
    next: 'Correct them in HTTPS_PROXY or in the file of --proxy-login.',
  },
  'proxy-login-other': {
    sentence:
      'The proxy at {host}:{port} requires authentication that the agent does not support (407): {schemes}.',
    next: 'Have the proxy allow this connection without authentication or with Basic, or use a local proxy that supports the other scheme.',
  },
  'proxy-forbids': {
    sentence: 'The proxy at {host}:{port} does not allow CONNECT to {target} (it answered {status}).',
    next: 'Have CONNECT to {target} allowed on the proxy: nothing else is needed.',
  },
  'proxy-odd': {
    sentence: 'The server at {host}:{port} is not an HTTP proxy.',
    next: 'Check HTTPS_PROXY, or the proxy that was given with passfob agent add.',
  },
  'not-valid-now': {
    sentence: 'The certificate of {host} is not valid at this time.',
    next: 'Have it renewed. If it is new, check the clock of this computer.',
  },
  'wrong-host': {
    sentence: 'The certificate of {host} is for another host.',
    next: 'Use the name that is in the certificate, or have one made for this name.',
  },
  'unknown-authority': {
    sentence: 'The certificate of {host} comes from an authority that is not trusted for it.',
    next: 'If the authority is your own, or belongs to a proxy that inspects TLS, name the file with its certificate: passfob agent add URL --ca FILE. Otherwise somebody may intercept the connection.',
  },
  'no-tls': {
    sentence: 'No TLS connection could be made to {host}:{port}.',
    next: 'Check that the service speaks TLS 1.2 or newer there, and that nothing on the way interrupts TLS.',
  },
  cut: {
    sentence: 'The connection to {host}:{port} was cut during its setup.',
    next: 'Look into the log of the firewall or proxy for {host}:{port}.',
  },
  'no-websocket': {
    sentence: 'WebSockets do not get through to {host}.',
    next: 'The agent polls instead, which is slower. To get WebSockets through, have the proxy allow upgrades.',
  },
  'no-polls': {
    sentence: 'The server at {host} is not a Passfob service that accepts agents (it answered {status}).',
    next: 'Check the address; have a proxy in front of the service pass /carrier and /carrier/poll on.',
  },
  forgotten: {
    sentence: 'The service at {host} does not know this connection any more.',
    next: 'The agent reconnects by itself. If this happens again and again, have the proxy in front of the service send one agent to the same node each time, or let WebSockets through.',
  },
  'no-identity': {
    sentence: 'The server at {host} does not speak the protocol of a Passfob service with agents.',
    next: 'Check the address, and update passfob on both sides to matching versions.',
  },
  'other-identity': {
    sentence: 'The server at {host} is not the service that was added here: its identity differs.',
    next: 'Do not continue. Ask your administrator. If the service got a new identity, run: passfob agent remove URL, then add it again.',
  },
  'service-refuses': { sentence: '{text}', next: '{next}' },
  quiet: {
    sentence: 'The connection to {host} went silent.',
    next: 'The agent reconnects by itself.',
  },
  ended: {
    sentence: 'The connection to {host} was closed.',
    next: 'The agent reconnects by itself.',
  },
  slept: {
    sentence: 'This computer slept. The agent reconnects to {host}.',
    next: 'You need to do nothing.',
  },
} as const satisfies Record<string, Text>;

export const settingsTexts = {
  unreadable: {
    sentence: 'The settings of the agent, {path}, cannot be read.',
    next: 'Check the owner and the mode of the file (600), or add the services again after removing it.',
  },
  busy: {
    sentence: 'Another passfob is changing the settings of the agent.',
    next: 'Run the command again.',
  },
  badUrl: {
    sentence: 'This is not the address of a service.',
    next: 'Give https://NAME or https://NAME:PORT; http:// only for this computer itself.',
  },
  badFingerprint: {
    sentence: 'This is not the fingerprint of a service.',
    next: 'Give 32 or 64 hexadecimal digits as the service shows them: passfob service fingerprint, on its computer.',
  },
  badProxy: {
    sentence: 'The proxy {source} is not an http:// or https:// address with a host.',
    next: 'Give http://HOST:PORT; SOCKS and automatic configuration (PAC) are not supported.',
  },
  loginInProxy: {
    sentence:
      'The proxy has a password in it, which every program on this computer can read on a command line.',
    next: 'Treat the password as exposed and change it. Then put user:password into a file that only you may read, for --proxy-login.',
  },
  badLogin: {
    sentence: 'The file {path} does not hold user:password for the proxy, or others may read it.',
    next: 'Write user:password as its first line, and run chmod 600 on it.',
  },
  badAuthority: {
    sentence: 'The file {path} with the authority’s certificate cannot be used.',
    next: 'Give a PEM file with --ca.',
  },
  tooMany: {
    sentence: 'The agent cannot take more services.',
    next: 'Remove one: passfob agent remove URL',
  },
  unknown: {
    sentence: 'The agent has no such service.',
    next: 'See its services: passfob agent status',
  },
} as const satisfies Record<string, Text>;

/** Texts of relays for care. */
export const careTexts = {
  tooOld: {
    sentence: 'The service is of an earlier version, which does not look after fobs.',
    next: 'Ask your administrator to update it.',
  },
} as const satisfies Record<string, Text>;

/** What `passfob agent check` says of a hop that works. */
export const checkTexts = {
  name: '{host} resolves to {address} here.',
  connect: '{host}:{port} takes TCP connections.',
  'proxy-tls': 'The proxy speaks TLS with a certificate that is trusted.',
  proxy: 'The proxy lets CONNECT to {target} through.',
  tls: 'TLS works: {protocol}, for {host}, by {issuer}, valid until {until}.',
  'tls-shown': 'The certificate received: for {subject}, by {issuer}, valid from {from} until {until}.',
  http: 'HTTP gets through, and a Passfob service answers.',
  'http-odd': 'HTTP gets through, but the server is not a Passfob service (it answered {status}).',
  websocket: 'A WebSocket gets through.',
  poll: 'Long polls get through.',
  identity: 'The service proved itself: {name}, fingerprint {fingerprint}.',
  direct: 'The agent connects to {host}:{port}, and to nothing else.',
  proxied:
    'The agent connects to the proxy {proxyHost}:{proxyPort}, and to nothing else; the proxy has to allow CONNECT to {host}:{port}.',
} as const;

/** Fills in the `{…}` of a text. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}
