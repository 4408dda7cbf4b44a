import type { Text } from '../../texts.ts';

/** Why a service cannot be reached, each with a next step for the person or the administrator. `{…}` is filled. */
export const networkFailureTexts = {
  'name-unknown': {
    sentence: 'The name {host} cannot be looked up on this computer.',
    next: 'Check the name and the network. Where names of the internet are looked up by a proxy alone, set HTTPS_PROXY.',
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
    next: 'Have the firewall allow this computer TCP to {host}:{port}, or set HTTPS_PROXY where a proxy is the only way out.',
  },
  'proxy-silent': {
    sentence: 'The proxy at {host}:{port} cannot be reached: nothing comes back.',
    next: 'Check its address, and that the firewall allows this computer TCP to {host}:{port}.',
  },
  'proxy-login': {
    sentence: 'The proxy at {host}:{port} wants a log-in (407) and got none. It takes: {schemes}.',
    next: 'Put user and password into HTTPS_PROXY, or into a file for --proxy-login; the agent speaks Basic.',
  },
  'proxy-login-wrong': {
    sentence:
      'The proxy at {host}:{port} does not take the user and password that it was given (407). It takes: {schemes}.',
    next: 'Correct them in HTTPS_PROXY or in the file of --proxy-login.',
  },
  'proxy-login-other': {
    sentence: 'The proxy at {host}:{port} wants a log-in that the agent does not speak (407): {schemes}.',
    next: 'Have the proxy let this connection through without a log-in or with Basic, or put a local proxy in between that speaks it.',
  },
  'proxy-forbids': {
    sentence: 'The proxy at {host}:{port} does not allow CONNECT to {target} (it answered {status}).',
    next: 'Have CONNECT to {target} allowed on the proxy: nothing else is needed.',
  },
  'proxy-odd': {
    sentence: 'What answers at {host}:{port} is not an HTTP proxy.',
    next: 'Check HTTPS_PROXY, or the proxy that was given with passfob agent add.',
  },
  'not-valid-now': {
    sentence: 'The certificate of {host} is not valid at this time.',
    next: 'Have it renewed; where it is new, check the clock of this computer.',
  },
  'wrong-host': {
    sentence: 'The certificate that comes for {host} is for another host.',
    next: 'Use the name that is in the certificate, or have one made for this name.',
  },
  'unknown-authority': {
    sentence: 'The certificate that comes for {host} is by an authority that is not trusted for it.',
    next: 'If it is your own, or that of a proxy that looks into TLS, name the file with its certificate: passfob agent add URL --ca FILE. Otherwise somebody may be in between.',
  },
  'no-tls': {
    sentence: 'No TLS connection could be made to {host}:{port}.',
    next: 'Check that the service speaks TLS 1.2 or newer there, and that nothing on the way breaks TLS off.',
  },
  cut: {
    sentence: 'The connection to {host}:{port} was cut while it was made.',
    next: 'Look into the log of the firewall or proxy for {host}:{port}.',
  },
  'no-websocket': {
    sentence: 'WebSockets do not get through to {host}.',
    next: 'The agent polls instead, which is slower. For WebSockets have the proxy let upgrades through.',
  },
  'no-polls': {
    sentence: 'What answers at {host} is not a Passfob service that takes agents (it answered {status}).',
    next: 'Check the address; have a proxy in front of the service pass /agent and /agent/poll on.',
  },
  forgotten: {
    sentence: 'The service at {host} does not know this connection any more.',
    next: 'It is opened again by itself. If this goes on, have the proxy in front of the service send one agent to the same node each time, or let WebSockets through.',
  },
  'no-identity': {
    sentence: 'What answers at {host} does not speak as a Passfob service does to agents.',
    next: 'Check the address, and update passfob here and there to versions that fit each other.',
  },
  'other-identity': {
    sentence: 'Whoever answers at {host} is not the service that was added here: its identity is another.',
    next: 'Do not go on. Ask your administrator; if the service got a new identity, run: passfob agent remove URL, then add it again.',
  },
  'service-refuses': { sentence: '{text}', next: '{next}' },
  quiet: {
    sentence: 'Nothing was heard from {host} any more.',
    next: 'The connection is opened again by itself.',
  },
  ended: {
    sentence: 'The connection to {host} was ended.',
    next: 'It is opened again by itself.',
  },
  slept: {
    sentence: 'This computer slept, so the connection to {host} is opened again.',
    next: 'Nothing is to be done.',
  },
} as const satisfies Record<string, Text>;

export const settingsTexts = {
  unreadable: {
    sentence: 'The settings of the agent, {path}, cannot be read.',
    next: 'Check the owner and the mode of the file (600), or add the services again after removing it.',
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
    sentence: 'The proxy {source} is no http:// or https:// address with a host.',
    next: 'Give http://HOST:PORT; SOCKS and automatic configuration (PAC) are not spoken.',
  },
  loginInProxy: {
    sentence:
      'The proxy has a password in it, which every program on this computer can read on a command line.',
    next: 'Take the password as known to others and change it; then put user:password into a file that only you may read, for --proxy-login.',
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
    sentence: 'The agent has as many services as it takes.',
    next: 'Remove one: passfob agent remove URL',
  },
  unknown: {
    sentence: 'The agent has no such service.',
    next: 'See which it has: passfob agent status',
  },
} as const satisfies Record<string, Text>;

/** What `passfob agent check` says of a hop that works. */
export const checkTexts = {
  name: '{host} is looked up here: {address}.',
  connect: '{host}:{port} takes TCP connections.',
  'proxy-tls': 'The proxy speaks TLS with a certificate that is trusted.',
  proxy: 'The proxy lets CONNECT to {target} through.',
  tls: 'TLS is well: {protocol}, for {host}, by {issuer}, valid until {until}.',
  'tls-shown': 'The certificate that came: for {subject}, by {issuer}, valid from {from} until {until}.',
  http: 'HTTP gets through, and a Passfob service answers.',
  'http-odd': 'HTTP gets through, but what answers is not a Passfob service (it answered {status}).',
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
