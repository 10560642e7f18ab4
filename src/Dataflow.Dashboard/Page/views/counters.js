// Models, features, tables and windows, as far as the steps count them.

import { card, el, table } from '../dom.js';
import { count, none, number } from '../format.js';

const shownElsewhere = new Set([
    'dataflow.operator.records.late_dropped',
    'dataflow.operator.records.filtered',
    'dataflow.join.unmatched',
]);
const isOfModel = found => found.name.startsWith('dataflow.model.') || found.name === 'dataflow.calls.reused';

export function countersView() {
    const models = counterTable('Models and calls');
    const others = counterTable('Windows, state and other counters');
    return {
        root: el('div', {}, card('Models and calls', models.root), card('Windows, state, features', others.root)),
        update({ view }) {
            const rows = view.steps.flatMap(step =>
                step.counters.filter(found => !shownElsewhere.has(found.name)).map(found => ({ ...found, step: step.label })),
            );
            models.update(rows.filter(isOfModel), 'The pipeline calls no model, nor anything outside.');
            others.update(
                rows.filter(found => !isOfModel(found)),
                'The steps count nothing more.',
            );
        },
    };
}

function counterTable(caption) {
    return table(
        caption,
        [
            { head: 'step', text: row => row.step },
            { head: 'counter', text: row => row.name.replace(/^dataflow\./, '') },
            { head: 'of', text: row => row.tag ?? none },
            { head: 'value', text: row => (Number.isInteger(row.value) ? count(row.value) : number(row.value)), number: true },
            { head: 'unit', text: row => row.unit.replace(/[{}]/g, '') },
            { head: 'meaning', text: row => row.description },
        ],
        row => `${row.step}\n${row.name}\n${row.tag}`,
    );
}
