namespace Dataflow.Extensibility;

/// <summary>Windows that depend on the records of each key, as sessions do. A step of their own aggregates them.</summary>
public abstract record KeyWindows : WindowSpec
{
    /// <param name="text">Describes the windows with all their parameters, for the plan and for the state's signature.</param>
    protected KeyWindows(string text)
        : base(text)
    {
    }

    /// <summary>Creates one worker's instance of the step. It takes the records that are not late by <see cref="WindowSpec.OpenFrom"/>, and
    /// the watermark.</summary>
    /// <param name="aggregate">The aggregate and its result.</param>
    public abstract Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator<TKey, T, TAccumulator, TResult, TOut>(
        WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
        where TKey : notnull;
}

/// <summary>The aggregate of windows, for the step that computes it.</summary>
/// <param name="Aggregation">The aggregate.</param>
/// <param name="Result">Computes the result of a key and window.</param>
/// <param name="Trigger">The trigger of early and late results; without any unless the windows take one.</param>
/// <param name="Filter">The step before, which has taken out late records: see <see cref="ILateRecords{TKey, T}"/>.</param>
public sealed record WindowAggregate<TKey, T, TAccumulator, TResult, TOut>(
    Aggregation<T, TAccumulator, TResult> Aggregation, Func<TKey, Window, TResult, TOut> Result, Trigger Trigger, Node Filter)
    where TKey : notnull;

/// <summary>Takes late records, for steps that decide by themselves what is late.</summary>
/// <remarks>A step gets it in its <see cref="Operator.Open()"/>, by <see cref="OperatorContext.StepOf{TStep}(Node)"/> of
/// <see cref="WindowAggregate{TKey, T, TAccumulator, TResult, TOut}.Filter"/>.</remarks>
public interface ILateRecords<TKey, T>
    where TKey : notnull
{
    /// <summary>Emits a late record to the stream of late records, without counting it.</summary>
    void EmitLate(in Record<Keyed<TKey, T>> record);
}
