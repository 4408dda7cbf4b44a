/** Text for HTML and XML. The build puts the package itself into this module. */
export { htmlEscape } from 'escape-goat';
