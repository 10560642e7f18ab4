// Builds and updates the document. Texts are only ever set as text, so that no name or value can be read as markup.

const SVG = 'http://www.w3.org/2000/svg';

export function el(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
    node.append(...children.filter(child => child !== null && child !== undefined));
    return node;
}

/** Sets an attribute where it has changed; null removes it. */
export function setAttribute(node, name, value) {
    if (value === null || value === undefined || value === false) {
        if (node.hasAttribute(name)) node.removeAttribute(name);
    } else if (node.getAttribute(name) !== String(value)) {
        node.setAttribute(name, value === true ? '' : value);
    }
}

/** Sets a node's text where it has changed. */
export function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

/** Keeps one child for each item, by its key, in the order of the items: what stays is updated in place. */
export function keyed(parent, items, keyOf, create, update) {
    const known = (parent.knownChildren ??= new Map());
    const seen = new Set();
    items.forEach((item, index) => {
        const key = keyOf(item);
        seen.add(key);
        let child = known.get(key);
        if (!child) known.set(key, (child = create(item)));
        update(child, item);
        if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
    });
    for (const [key, child] of known) {
        if (seen.has(key)) continue;
        child.remove();
        known.delete(key);
    }
}

/** A card with a heading. */
export function card(title, ...children) {
    return el('section', { class: 'card' }, el('h2', {}, title), ...children);
}

/** A table whose rows are kept by key. Columns: { head, cell(item) -> text or node updater, number, wide }. */
export function table(caption, columns, keyOf) {
    const body = el('tbody');
    const heads = columns.map(column => el('th', { scope: 'col', class: classOf(column) }, column.head));
    const root = el(
        'div',
        { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
        el('table', {}, el('caption', { class: 'hidden' }, caption), el('thead', {}, el('tr', {}, ...heads)), body),
    );
    const empty = el('p', { class: 'empty', hidden: true });
    const box = el('div', {}, root, empty);
    const create = () =>
        el(
            'tr',
            {},
            ...columns.map((column, index) =>
                el(index === 0 ? 'th' : 'td', { scope: index === 0 ? 'row' : null, class: classOf(column) }, ...(column.make?.() ?? [])),
            ),
        );
    const update = (row, item) =>
        columns.forEach((column, index) => {
            const cell = row.children[index];
            if (column.update) column.update(cell, item);
            else setText(cell, column.text(item));
            if (index === 0) setAttribute(cell, 'title', cell.textContent);
        });
    return {
        root: box,
        update(items, emptyText) {
            keyed(body, items, keyOf, create, update);
            root.hidden = items.length === 0;
            empty.hidden = items.length > 0;
            setText(empty, emptyText ?? '');
        },
    };
}

function classOf(column) {
    return [column.number ? 'number' : '', column.wide ? 'wide' : ''].join(' ').trim() || null;
}
