/** What this package and the service use of it. The build puts the package itself into this module. */
export { Agent, DecoratorHandler, parseMIMEType, Response, request, WebSocket } from 'undici';
