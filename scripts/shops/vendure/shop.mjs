// A Vendure server on loopback, its buyers, and its owner's look at it.
//
//   serve            makes its database when it is new, starts, and prints {address, credentials} once it answers
//   buy COUNT FIRST  lets buyers order through the public API; prints each order as it was bought
//   cancel COUNT     calls off so many paid orders that have not left, as a customer service does; prints their numbers
//   show             prints every order as the owner sees it: state, and the numbers it shows
//
// Reads SHOP_PORT, and for `serve` SHOP_DATABASE (the folder of PostgreSQL's socket).
import core from '@vendure/core';
import { populate } from '@vendure/core/cli/index.js';
import pg from 'pg';
import { GOODS, eachBuys, run, untilAnswered } from '../buyers.mjs';

const PORT = Number(process.env.SHOP_PORT);
const ADDRESS = `http://127.0.0.1:${PORT}`;
const OWNER = { identifier: 'owner', password: 'only-for-tests' };
const pay = automaticSettle => ({
    handler: { code: core.dummyPaymentHandler.code, arguments: [{ name: 'automaticSettle', value: String(automaticSettle) }] },
});

const config = isNew => ({
    apiOptions: { hostname: '127.0.0.1', port: PORT, adminApiPath: 'admin-api', shopApiPath: 'shop-api' },
    authOptions: {
        tokenMethod: ['bearer', 'api-key'],
        requireVerification: false,
        superadminCredentials: OWNER,
        cookieOptions: { secret: OWNER.password },
    },
    dbConnectionOptions: {
        type: 'postgres', synchronize: isNew, host: process.env.SHOP_DATABASE, username: 'postgres', database: 'vendure', schema: 'public',
    },
    paymentOptions: { paymentMethodHandlers: [core.dummyPaymentHandler] },
    // A shop that lets buyers leave a note adds a field of its own.
    customFields: { Order: [{ name: 'customerNote', type: 'text', nullable: true, public: true }] },
    plugins: [core.DefaultJobQueuePlugin.init({ pollInterval: 2000 })],
    logger: new core.DefaultLogger({ level: core.LogLevel.Error }),
});

async function serve() {
    const client = new pg.Client({ host: process.env.SHOP_DATABASE, user: 'postgres', database: 'postgres' });
    await client.connect();
    const isNew = !(await client.query("SELECT 1 FROM pg_database WHERE datname = 'vendure'")).rowCount;
    if (isNew) await client.query('CREATE DATABASE vendure');
    await client.end();
    let app;
    if (isNew) {
        app = await populate(() => core.bootstrap(config(true)), {
            defaultLanguage: 'en', defaultZone: 'World', collections: [],
            countries: [['CN', 'China'], ['DE', 'Germany'], ['GB', 'United Kingdom']].map(([code, name]) => ({ code, name, zone: 'World' })),
            taxRates: [{ name: 'Standard', percentage: 10 }],
            shippingMethods: [{ name: 'Standard', price: 500 }],
            paymentMethods: [{ name: 'Card', ...pay(true) }, { name: 'Transfer', ...pay(false) }],
        });
    } else {
        app = await core.bootstrap(config(false));
    }
    await app.get(core.JobQueueService).start();
    await untilAnswered(`${ADDRESS}/health`);
    const admin = await owner();
    const role = (await admin('{roles{items{id code}}}')).roles.items.find(role => role.code === '__super_admin_role__');
    const key = await admin('mutation($i:CreateApiKeyInput!){createApiKey(input:$i){apiKey}}', {
        i: { roleIds: [role.id], translations: [{ languageCode: 'en', name: 'orders' }] },
    });
    await goods(admin);
    console.log(JSON.stringify({ address: ADDRESS, credentials: { api_key: key.createApiKey.apiKey } }));
}

async function ask(api, query, variables, token) {
    const answer = await fetch(`${ADDRESS}/${api}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(JSON.stringify(errors).slice(0, 500));
    const refused = Object.values(data).find(value => value?.errorCode);
    if (refused) throw new Error(JSON.stringify(refused));
    return { data, token: answer.headers.get('vendure-auth-token') ?? token };
}

async function owner() {
    const login = 'mutation($u:String!,$p:String!){login(username:$u,password:$p){__typename ...on ErrorResult{errorCode message}}}';
    const { token } = await ask('admin-api', login, { u: OWNER.identifier, p: OWNER.password });
    return async (query, variables) => (await ask('admin-api', query, variables, token)).data;
}

async function variants(admin) {
    const { items } = (await admin('{productVariants(options:{take:100}){items{id sku}}}')).productVariants;
    return Object.fromEntries(items.map(item => [item.sku, item.id]));
}

async function goods(admin) {
    const there = await variants(admin);
    for (const { sku, title, price } of GOODS) {
        if (there[sku]) continue;
        const name = { languageCode: 'en', name: title };
        const { createProduct } = await admin('mutation($i:CreateProductInput!){createProduct(input:$i){id}}', {
            i: { enabled: true, translations: [{ ...name, slug: sku.toLowerCase(), description: '' }] },
        });
        await admin('mutation($i:[CreateProductVariantInput!]!){createProductVariants(input:$i){id}}', {
            i: [{ productId: createProduct.id, sku, price, stockOnHand: 1000000, translations: [name] }],
        });
    }
}

const REFUSAL = '{__typename ...on ErrorResult{errorCode message}}';
const CHECKOUT = `mutation($c:CreateCustomerInput!,$a:CreateAddressInput!,$m:[ID!]!,$f:UpdateOrderInput!){
    c:setCustomerForOrder(input:$c)${REFUSAL} a:setOrderShippingAddress(input:$a)${REFUSAL}
    m:setOrderShippingMethod(shippingMethodId:$m)${REFUSAL} f:setOrderCustomFields(input:$f)${REFUSAL}
    t:transitionOrderToState(state:"ArrangingPayment"){__typename ...on OrderStateTransitionError{errorCode message}}}`;

async function buy(count, first) {
    const admin = await owner();
    const sku = await variants(admin);
    const payments = (await admin('{paymentMethods{items{code}}}')).paymentMethods.items.map(item => item.code);
    const method = (await admin('{shippingMethods{items{id}}}')).shippingMethods.items[0].id;
    await eachBuys(count, first, 4, async o => {
        let token;
        const shop = async (query, variables) => {
            const answer = await ask('shop-api', query, variables, token);
            token = answer.token;
            return answer.data;
        };
        let order;
        for (const item of o.items) {
            const add = `mutation($v:ID!,$q:Int!){o:addItemToOrder(productVariantId:$v,quantity:$q){__typename ...on Order{id code} ...on ErrorResult{errorCode message}}}`;
            order = (await shop(add, { v: sku[item.sku], q: item.quantity })).o;
        }
        const isChinese = o.country === 'CN';
        await shop(CHECKOUT, {
            c: { firstName: o.first, lastName: o.last, emailAddress: o.email, phoneNumber: o.phone },
            a: {
                fullName: isChinese ? o.last + o.first : `${o.first} ${o.last}`, streetLine1: o.street, streetLine2: o.house,
                city: o.city, province: o.province, postalCode: o.postcode, countryCode: o.country, phoneNumber: o.phone,
            },
            m: [method], f: { customFields: { customerNote: o.note } },
        });
        // A transfer that has not arrived is the nearest to an order nobody paid that a Vendure keeps.
        const way = payments.find(code => code.startsWith(o.fate === 'unpaid' ? 'transfer' : 'card'));
        await shop(`mutation($p:PaymentInput!){addPaymentToOrder(input:$p)${REFUSAL}}`, { p: { method: way, metadata: {} } });
        if (o.fate === 'cancelled') await callOff(admin, order.id);
        return { number: order.code };
    });
}

async function callOff(admin, orderId) {
    await admin(`mutation($i:CancelOrderInput!){cancelOrder(input:$i)${REFUSAL}}`, { i: { orderId, reason: 'called off', cancelShipping: true } });
}

async function orders(admin) {
    const all = [];
    const page = `query($skip:Int!){orders(options:{skip:$skip,take:100,filter:{orderPlacedAt:{isNull:false}},sort:{id:ASC}}){items{
        id code state totalWithTax lines{quantity orderPlacedQuantity productVariant{sku}} fulfillments{state trackingCode}}}}`;
    for (;;) {
        const { items } = (await admin(page, { skip: all.length })).orders;
        if (!items.length) return all;
        all.push(...items);
    }
}

async function cancel(count) {
    const admin = await owner();
    const open = (await orders(admin)).filter(order => order.state === 'PaymentSettled').slice(0, count);
    for (const order of open) {
        await callOff(admin, order.id);
        console.log(JSON.stringify({ number: order.code }));
    }
}

const STATES = { PaymentAuthorized: 'unpaid', PaymentSettled: 'open', Shipped: 'shipped', Cancelled: 'cancelled' };

async function show() {
    for (const order of await orders(await owner())) {
        const live = (order.fulfillments ?? []).filter(one => one.state !== 'Cancelled');
        console.log(JSON.stringify({
            number: order.code, state: STATES[order.state] ?? order.state,
            total: order.totalWithTax, numbers: live.map(one => one.trackingCode),
            items: order.lines.map(line => ({ sku: line.productVariant.sku, quantity: line.orderPlacedQuantity })),
        }));
    }
}

await run({ serve, buy, cancel, show });
