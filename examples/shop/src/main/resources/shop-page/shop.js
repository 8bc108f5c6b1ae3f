// The page: what is on the shelf, an order, and what becomes of it.
import { RpcError, stream, unary } from './grpc-web.js';

const PRODUCTS = ['sku-1', 'sku-2', 'sku-3', 'sku-slow', 'sku-empty'];
const MOST_PIECES = 1000;
const HEADLINES = {
  3: 'This order does not add up',
  4: 'That took too long',
  5: 'There is no such thing',
  8: 'The shop has no room left',
  9: 'That cannot be done',
  14: 'A service of the shop is not available',
};
const STATUS = {
  PAID: 'Paid. It waits to be sent.',
  CONFIRMED: 'On its way to you.',
  CANCELLING: 'Being cancelled …',
  CANCELLED: 'Cancelled. Money and stock are back.',
};

const find = (selector, within = document) => within.querySelector(selector);
const products = new Map();
const stock = new Map();
const services = await (await fetch('services.json')).json();

/** The services stand on the same host as the page, on other ports. */
const at = (service) => `${location.protocol}//${location.hostname}:${services[service]}`;
const order = (method, request) => unary(at('order-service'), `shop.order.v1.OrderService/${method}`, request);

function money({ cents, currency }, times = 1) {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format((Number(cents) * times) / 100);
}

// --- errors in words

function explain(place, error) {
  const known = error instanceof RpcError;
  const headline = known ? (HEADLINES[error.code] ?? 'Something went wrong') : 'The shop cannot be reached';
  const detail = known ? error.message : 'is the demo still running? Whether the last step was done is not known';
  const strong = document.createElement('strong');
  strong.textContent = headline;
  place.replaceChildren(strong, detail === '' ? '.' : `: ${detail}.`);
}

// --- the shelf

function put(product) {
  const card = find('#product').content.cloneNode(true);
  const radio = find('input', card);
  radio.value = product.id;
  find('.product', card).dataset.id = product.id;
  find('use', card).setAttribute('href', `#${product.id}`);
  find('.name', card).textContent = product.name;
  find('.price', card).textContent = money(product.price);
  find('.stock', card).textContent = ' ';
  find('#shelf').append(card);
}

function count({ productId, available = 0 }) {
  stock.set(productId, available);
  const card = find(`.product[data-id="${productId}"]`);
  find('.stock', card).textContent = available === 0 ? 'Sold out' : `${available.toLocaleString('en')} in stock`;
  card.classList.toggle('gone', available === 0);
  find('input', card).disabled = available === 0;
  add();
}

async function fillShelf() {
  const method = 'shop.product.v1.ProductService/GetProducts';
  const answer = await unary(at('product-service'), method, { ids: PRODUCTS });
  find('#shelf').replaceChildren();
  for (const product of answer.products) {
    products.set(product.id, product);
    put(product);
  }
  find('#shelf').removeAttribute('aria-busy');
  find('.product input').checked = true;
  add();
}

/** What is there now and each change; begun again when the connection breaks, later each time. */
async function followAll(service, method, request, show) {
  for (let wait = 1000; ; wait = Math.min(2 * wait, 30_000)) {
    try {
      for await (const update of stream(at(service), method, request)) {
        show(update);
        wait = 1000;
      }
    } catch (error) {
      console.info(`${method} is not followed:`, error.message);
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

const followStock = () =>
  followAll('inventory-service', 'shop.inventory.v1.InventoryService/WatchStock', { productIds: PRODUCTS }, count);

// --- what others make of the events

const FIGURES = { placed: 'placed', confirmed: 'on their way', cancelled: 'cancelled', pieces: 'pieces sold' };
const MOST_EMAILS = 10;

function showNumbers(numbers) {
  const entries = Object.entries(FIGURES).map(([name, text]) => [text, Number(numbers[name] ?? 0).toLocaleString('en')]);
  entries.push(['turnover', money({ cents: numbers.revenueCents ?? 0, currency: 'EUR' })]);
  find('#numbers').replaceChildren(
    ...entries.map(([text, value]) => {
      const figure = document.createElement('div');
      const term = document.createElement('dt');
      const detail = document.createElement('dd');
      term.textContent = text;
      detail.textContent = value;
      figure.append(term, detail);
      return figure;
    }),
  );
}

function showEmail({ subject, recipient, text }) {
  const item = document.createElement('li');
  const strong = document.createElement('strong');
  const small = document.createElement('small');
  strong.textContent = subject;
  small.textContent = `to ${recipient}: ${text}`;
  item.append(strong, document.createElement('br'), small);
  find('#no-emails').hidden = true;
  find('#emails').prepend(item);
  find('#emails').children[MOST_EMAILS]?.remove();
}

function followEvents() {
  showNumbers({});
  followAll('analytics-service', 'shop.analytics.v1.AnalyticsService/WatchNumbers', {}, showNumbers);
  followAll('notification-service', 'shop.notification.v1.NotificationService/WatchEmails', {}, showEmail);
}

// --- the order

const chosen = () => products.get(find('.product input:checked')?.value);
const quantity = () => find('#quantity').valueAsNumber;

function add() {
  const product = chosen();
  const pieces = quantity();
  const sensible = Number.isInteger(pieces) && pieces >= 1 && pieces <= MOST_PIECES;
  find('#total').textContent = product && sensible ? money(product.price, pieces) : '–';
  find('#quantity').setAttribute('aria-invalid', String(!sensible));
  find('#place').disabled = !product || !sensible || placing;
}

let placing = false;

async function place(event) {
  event.preventDefault();
  if (find('#place').disabled) {
    return;
  }
  placing = true;
  add();
  find('#place').textContent = 'Placing the order …';
  find('#problem').replaceChildren();
  try {
    show(
      await order('CreateOrder', {
        userId: find('#customer').value,
        productId: chosen().id,
        quantity: quantity(),
        paymentMethod: find('#payment').value,
      }),
    );
  } catch (error) {
    explain(find('#problem'), error);
  } finally {
    placing = false;
    find('#place').textContent = 'Place the order';
    add();
  }
}

// --- what becomes of it

function show(placed) {
  const item = find('#placed').content.firstElementChild.cloneNode(true);
  const product = products.get(placed.productId);
  find('strong', item).textContent = `${placed.quantity} × ${product.name}`;
  find('.sum', item).textContent = money(placed.total);
  find('small', item).textContent = `for ${placed.customerName}`;
  const liked = (placed.suggestedProductIds ?? []).map((id) => products.get(id)?.name).filter(Boolean);
  if (liked.length > 0) {
    find('small', item).textContent += ` · goes well with ${liked.join(', ').toLowerCase()}`;
  }
  find('#no-orders').hidden = true;
  find('#orders').prepend(item);
  for (const button of item.querySelectorAll('button')) {
    button.addEventListener('click', () => move(item, button.dataset.method, placed.id));
  }
  follow(item, placed.id);
}

async function follow(item, orderId) {
  const method = 'shop.order.v1.OrderService/WatchOrderStatus';
  try {
    for await (const { status } of stream(at('order-service'), method, { orderId })) {
      item.dataset.status = status;
      find('.status', item).textContent = STATUS[status] ?? status;
    }
    find('.actions', item).remove();
    item.dataset.ended = 'true';
  } catch (error) {
    explain(find('.problem', item), error);
  }
}

async function move(item, method, id) {
  const buttons = item.querySelectorAll('button');
  buttons.forEach((button) => (button.disabled = true));
  find('.problem', item).replaceChildren();
  try {
    await order(method, { id });
  } catch (error) {
    explain(find('.problem', item), error);
    buttons.forEach((button) => (button.disabled = false));
  }
}

find('#order').addEventListener('submit', place);
find('#order').addEventListener('input', add);
for (const button of document.querySelectorAll('[data-step]')) {
  button.addEventListener('click', () => {
    const next = (quantity() || 0) + Number(button.dataset.step);
    find('#quantity').value = Math.min(Math.max(next, 1), MOST_PIECES);
    add();
  });
}

try {
  await fillShelf();
  followStock();
  followEvents();
} catch (error) {
  explain(find('#shelf'), error);
}
