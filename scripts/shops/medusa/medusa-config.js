// No pages for the owner, and everything that Medusa can keep in its own memory there.
const { defineConfig } = require('@medusajs/framework/utils');

module.exports = defineConfig({
    admin: { disable: true },
    projectConfig: {
        databaseUrl: process.env.DATABASE_URL,
        databaseDriverOptions: { ssl: false, connection: { ssl: false } },
        http: {
            storeCors: 'http://127.0.0.1', adminCors: 'http://127.0.0.1', authCors: 'http://127.0.0.1',
            jwtSecret: 'only-for-tests', cookieSecret: 'only-for-tests',
        },
    },
});
