// Windows, features, tables and whatever else steps count; models have a view of their own.

import { card, el, table } from '../dom.js';
import { count, none, number } from '../format.js';

const shownElsewhere = new Set([
    'dataflow.operator.records.late_dropped',
    'dataflow.operator.records.filtered',
    'dataflow.join.unmatched',
]);
const isShownHere = found =>
    !shownElsewhere.has(found.name) && !found.name.startsWith('dataflow.model.') && found.name !== 'dataflow.calls.reused';

export function countersView() {
    const counters = table(
        'Windows, state, features',
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
    return {
        root: el('div', {}, card('Windows, state, features', counters.root)),
        update({ view }) {
            counters.update(
                view.steps.flatMap(step => step.counters.filter(isShownHere).map(found => ({ ...found, step: step.label }))),
                'The steps count nothing more.',
            );
        },
    };
}
