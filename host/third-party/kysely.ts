/** For this package and the service. The build puts the package itself into this module. */
export * from 'kysely';
