// A Medusa server on loopback, its buyers, and its owner's look at it.
//
//   serve            makes its database when it is new, starts, and prints {address, credentials} once it answers
//   buy COUNT FIRST  lets buyers order through the public API; prints each order as it was bought
//   cancel COUNT     calls off so many paid orders that have not left, as a customer service does; prints their numbers
//   show             prints every order as the owner sees it: state, and the numbers it shows
//
// Reads SHOP_PORT, and for `serve` SHOP_DATABASE (the folder of PostgreSQL's socket).
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import pg from 'pg';
import { GOODS, eachBuys, run, untilAnswered } from '../buyers.mjs';

const PORT = process.env.SHOP_PORT;
const ADDRESS = `http://127.0.0.1:${PORT}`;
const OWNER = { email: 'owner@shop.example', password: 'only-for-tests' };
const HERE = new URL('.', import.meta.url).pathname;
const CLI = path.join(HERE, 'node_modules/@medusajs/cli/cli.js');

async function serve() {
    const client = new pg.Client({ host: process.env.SHOP_DATABASE, user: 'postgres', database: 'postgres' });
    await client.connect();
    const isNew = !(await client.query("SELECT 1 FROM pg_database WHERE datname = 'medusa'")).rowCount;
    if (isNew) await client.query('CREATE DATABASE medusa');
    await client.end();
    const env = {
        ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error',
        DATABASE_URL: `postgres://postgres@${encodeURIComponent(process.env.SHOP_DATABASE)}/medusa`,
    };
    const medusa = (...words) => execFileSync('node', [CLI, ...words], { cwd: HERE, env, stdio: ['ignore', 2, 2] });
    if (isNew) {
        medusa('db:migrate', '--execute-safe-links');
        medusa('user', '-e', OWNER.email, '-p', OWNER.password);
    }
    const server = spawn('node', [CLI, 'start', '-H', '127.0.0.1', '-p', PORT], { cwd: HERE, env, stdio: ['ignore', 2, 2] });
    process.on('exit', () => server.kill('SIGKILL'));
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
    server.on('exit', code => process.exit(code ?? 1));
    await untilAnswered(`${ADDRESS}/health`);
    const api = await owner();
    const { api_key } = await api.post('/admin/api-keys', { title: 'orders', type: 'secret' });
    await furnish(api);
    console.log(JSON.stringify({ address: ADDRESS, credentials: { secret_key: api_key.token } }));
}

async function call(method, place, body, headers) {
    const answer = await fetch(ADDRESS + place, {
        method, headers: { 'content-type': 'application/json', ...headers }, body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${text.slice(0, 300)}`);
    return text ? JSON.parse(text) : {};
}

async function owner() {
    const { token } = await call('POST', '/auth/user/emailpass', OWNER);
    const headers = { authorization: `Bearer ${token}` };
    return { get: place => call('GET', place, undefined, headers), post: (place, body = {}) => call('POST', place, body, headers) };
}

// A region for each currency, a place the goods lie at, a way to ship, goods, and a key for the storefront.
async function furnish(api) {
    if ((await api.get('/admin/regions')).regions.length) return;
    const { stores: [store] } = await api.get('/admin/stores');
    await api.post(`/admin/stores/${store.id}`, { supported_currencies: [{ currency_code: 'eur', is_default: true }, { currency_code: 'cny' }] });
    const sold = (await api.get('/admin/sales-channels')).sales_channels[0] ?? (await api.post('/admin/sales-channels', { name: 'Web' })).sales_channel;
    const region = (name, currency_code, countries) => api.post('/admin/regions', { name, currency_code, countries, payment_providers: ['pp_system_default'] });
    await region('China', 'cny', ['cn']);
    await region('Europe', 'eur', ['de', 'gb']);
    const profile = (await api.get('/admin/shipping-profiles')).shipping_profiles[0]
        ?? (await api.post('/admin/shipping-profiles', { name: 'Default', type: 'default' })).shipping_profile;
    const place = (await api.post('/admin/stock-locations', { name: 'Warehouse', address: { address_1: '1 Dock Road', city: 'Hangzhou', country_code: 'cn' } })).stock_location;
    const of = `/admin/stock-locations/${place.id}`;
    await api.post(`${of}/fulfillment-providers`, { add: ['manual_manual'] });
    await api.post(`${of}/sales-channels`, { add: [sold.id] });
    await api.post(`${of}/fulfillment-sets`, { name: 'Shipping', type: 'shipping' });
    const [set] = (await api.get(`${of}?fields=id,*fulfillment_sets`)).stock_location.fulfillment_sets;
    const made = await api.post(`/admin/fulfillment-sets/${set.id}/service-zones`, {
        name: 'World', geo_zones: ['cn', 'de', 'gb'].map(country_code => ({ type: 'country', country_code })),
    });
    await api.post('/admin/shipping-options', {
        name: 'Standard', service_zone_id: made.fulfillment_set.service_zones[0].id, shipping_profile_id: profile.id,
        provider_id: 'manual_manual', price_type: 'flat', type: { label: 'Standard', description: 'Standard', code: 'standard' },
        prices: [{ currency_code: 'eur', amount: 5 }, { currency_code: 'cny', amount: 10 }],
        rules: [{ attribute: 'enabled_in_store', operator: 'eq', value: 'true' }, { attribute: 'is_return', operator: 'eq', value: 'false' }],
    });
    for (const { sku, title, price, weight_g } of GOODS) {
        const prices = ['cny', 'eur'].map(currency_code => ({ currency_code, amount: price / 100 }));
        await api.post('/admin/products', {
            title, status: 'published', shipping_profile_id: profile.id, sales_channels: [{ id: sold.id }],
            options: [{ title: 'Kind', values: ['One'] }],
            variants: [{ title, sku, weight: weight_g, manage_inventory: true, options: { Kind: 'One' }, prices }],
        });
        const { inventory_items: [item] } = await api.get(`/admin/inventory-items?sku=${sku}`);
        await api.post(`/admin/inventory-items/${item.id}/location-levels`, { location_id: place.id, stocked_quantity: 1000000 });
    }
    const { api_key } = await api.post('/admin/api-keys', { title: 'storefront', type: 'publishable' });
    await api.post(`/admin/api-keys/${api_key.id}/sales-channels`, { add: [sold.id] });
}

async function buy(count, first) {
    const api = await owner();
    const { variants } = await api.get('/admin/product-variants?limit=100&fields=id,sku');
    const variant = Object.fromEntries(variants.map(one => [one.sku, one.id]));
    const { regions } = await api.get('/admin/regions');
    const { shipping_options: [option] } = await api.get('/admin/shipping-options');
    const { api_keys: [key] } = await api.get('/admin/api-keys?type=publishable');
    const [channel] = (await api.get('/admin/sales-channels')).sales_channels;
    const store = (place, body) => call('POST', place, body, { 'x-publishable-api-key': key.token });
    await eachBuys(count, first, 3, async o => {
        const region = regions.find(one => one.currency_code === (o.country === 'CN' ? 'cny' : 'eur'));
        const address = {
            first_name: o.first, last_name: o.last, address_1: o.street, address_2: o.house, city: o.city, province: o.province,
            postal_code: o.postcode, country_code: o.country.toLowerCase(), phone: o.phone,
        };
        const cart = {
            region_id: region.id, email: o.email, shipping_address: address, billing_address: address,
            items: o.items.map(item => ({ variant_id: variant[item.sku], quantity: item.quantity })),
            ...(o.note && { metadata: { customer_note: o.note } }),
        };
        if (o.fate === 'unpaid') {
            // Taken down on the telephone: nobody has paid.
            const ways = [{ shipping_option_id: option.id, name: option.name, option_id: option.id, amount: 5 }];
            const { draft_order } = await api.post('/admin/draft-orders', { ...cart, sales_channel_id: channel.id, shipping_methods: ways });
            const { order } = await api.post(`/admin/draft-orders/${draft_order.id}/convert-to-order`);
            return { number: String(order.display_id) };
        }
        const { cart: { id } } = await store('/store/carts', cart);
        await store(`/store/carts/${id}/shipping-methods`, { option_id: option.id });
        const { payment_collection } = await store('/store/payment-collections', { cart_id: id });
        await store(`/store/payment-collections/${payment_collection.id}/payment-sessions`, { provider_id: 'pp_system_default' });
        const { order } = await store(`/store/carts/${id}/complete`, {});
        if (o.fate === 'cancelled') {
            await api.post(`/admin/orders/${order.id}/cancel`);
        } else {
            const paid = (await api.get(`/admin/orders/${order.id}?fields=id,*payment_collections.payments`)).order;
            await api.post(`/admin/payments/${paid.payment_collections[0].payments[0].id}/capture`);
        }
        return { number: String(order.display_id) };
    });
}

async function orders(api) {
    const all = [];
    const fields = 'id,display_id,status,total,payment_status,*items,*items.detail,*fulfillments,*fulfillments.labels';
    for (;;) {
        const { orders } = await api.get(`/admin/orders?limit=100&offset=${all.length}&order=id&fields=${fields}`);
        if (!orders.length) return all;
        all.push(...orders);
    }
}

const live = order => order.fulfillments.filter(one => !one.canceled_at);

async function cancel(count) {
    const api = await owner();
    const open = (await orders(api)).filter(one => one.status === 'pending' && one.payment_status === 'captured' && !live(one).length);
    for (const order of open.slice(0, count)) {
        await api.post(`/admin/orders/${order.id}/cancel`);
        console.log(JSON.stringify({ number: String(order.display_id) }));
    }
}

function state(order) {
    if (order.status === 'canceled') return 'cancelled';
    if (order.items.every(item => item.detail.shipped_quantity >= item.quantity)) return 'shipped';
    return order.payment_status === 'captured' ? 'open' : 'unpaid';
}

async function show() {
    for (const order of await orders(await owner())) {
        console.log(JSON.stringify({
            number: String(order.display_id), state: state(order), total: Math.round(order.total * 100),
            numbers: live(order).flatMap(one => one.labels.map(label => label.tracking_number)),
            items: order.items.map(item => ({ sku: item.variant_sku, quantity: item.quantity })),
        }));
    }
}

await run({ serve, buy, cancel, show });
