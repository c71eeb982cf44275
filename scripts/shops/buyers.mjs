// What buyers order, the same in every shop: order n is always the same order, so that a shop can be held against it.
//
// Of ten orders, 1, 4 and 7 go to one person; 2 is never paid; 6 is called off right away. Names and notes have what
// shops really see: rare characters, double surnames, accents, quotes, markup, line ends, pictures.
export const GOODS = [
    { sku: 'TEA-LJ-250', title: '龙井 250g', price: 12800, weight_g: 260 },
    { sku: 'TEA-PU-357', title: "Pu'er Cake 357g", price: 26800, weight_g: 370 },
    { sku: 'MUG-BLUE', title: 'Mug, blue', price: 1999, weight_g: 420 },
    { sku: 'SCARF-01', title: 'Silk scarf 真丝围巾', price: 8900, weight_g: 90 },
];
const PEOPLE = [
    ['欧阳', '浩然', 'CN', '浙江省', '杭州市', '余杭区文一西路969号', '311121', '1380013'],
    ['王', '䶮', 'CN', '广东省', '深圳市', '南山区科技中一路1号', '518057', '1590007'],
    ['李', '𬭎', 'CN', '上海市', '上海市', '浦东新区世纪大道100号', '200120', '1860021'],
    ['García', 'Sofía', 'DE', 'BE', 'Berlin', 'Friedrichstraße 43', '10117', '+493012'],
    ["O'Brien", 'Mary-Jane', 'GB', '', 'London', '221B Baker Street', 'NW1 6XE', '+442079'],
];
const NOTES = ['周末不要派送\n工作日12点后送', 'Card: "Happy Birthday, Zoë" 🎁', '开票 <A&B> 公司'];

export function order(n) {
    const at = n % 10;
    const group = [1, 4, 7].includes(at) ? Math.floor(n / 10) : null;
    const person = group ?? n;
    const [last, first, country, province, city, street, postcode, phone] = PEOPLE[person % PEOPLE.length];
    const digits = String(person + (group === null ? 1000 : 5000)).padStart(4, '0');
    const items = [{ sku: GOODS[n % 4].sku, quantity: 1 + (n % 3) }];
    if (n % 2) items.push({ sku: GOODS[(n + 1) % 4].sku, quantity: 1 });
    return {
        group, items, first, last, country, province, city, street, postcode,
        phone: `${phone}${digits}`, house: `${digits}室`,
        email: `buyer${digits}@shop.example`,
        fate: at === 2 ? 'unpaid' : at === 6 ? 'cancelled' : 'paid',
        note: at === 5 ? NOTES[Math.floor(n / 10) % NOTES.length] : null,
    };
}

// Runs `buy` for each of the orders, a few at once, and prints a line of JSON for each as soon as it is bought.
export async function eachBuys(count, first, width, buy) {
    let next = first;
    const buyer = async () => {
        while (next < first + count) {
            const n = next++;
            const o = order(n);
            const { number } = await buy(o);
            console.log(JSON.stringify({ n, number, group: o.group, country: o.country, fate: o.fate }));
        }
    };
    await Promise.all(Array.from({ length: width }, buyer));
}

// Waits until it answers, and gives what it answered; says why it gave up.
export async function untilAnswered(url, init) {
    for (let left = 240; ; left--) {
        try {
            const answer = await fetch(url, init);
            if (answer.ok) return answer;
            if (!left) throw new Error(`${url}: ${answer.status}`);
        } catch (error) {
            if (!left) throw error;
        }
        await new Promise(done => setTimeout(done, 500));
    }
}

// The words of a shop's script: `node shop.mjs WORD [ARGUMENT…]`.
export async function run(words) {
    const [word, ...rest] = process.argv.slice(2);
    if (!words[word]) throw new Error(`write one of: ${Object.keys(words).join(', ')}`);
    await words[word](...rest.map(Number));
}
