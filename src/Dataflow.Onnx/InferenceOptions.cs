namespace Dataflow.Onnx;

/// <summary>How a step calls its model, and what it keeps of the results.</summary>
public sealed record InferenceOptions
{
    /// <summary>How many results are kept, in memory and in the step's topic; the oldest are forgotten. A vector takes four
    /// bytes for each of its dimensions and about 200 more. Default 100,000.</summary>
    public int KeepResults
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(KeepResults));
            field = value;
        }
    } = 100_000;

    /// <summary>How long a result is kept, by the job's clock; after that the model is called again. Default null: as long as
    /// there are not too many.</summary>
    public TimeSpan? KeepFor
    {
        get;
        init
        {
            if (value is { } span) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, nameof(KeepFor));
            field = value;
        }
    }

    /// <summary>The most tokens of a call to a model in this process, those that fill up shorter texts included; texts of like
    /// length go together, and none waits for others to come. Default null: one text a call. On a CPU 512 to 1,024.</summary>
    /// <remarks>Only for models whose vectors do not depend on the texts beside them
    /// (<see cref="EmbeddingModel.DependsOnBatch"/>). Even theirs differ in the last digits.</remarks>
    public int? BatchTokens
    {
        get;
        init
        {
            if (value is { } tokens) ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1, nameof(BatchTokens));
            field = value;
        }
    }

    /// <summary>The most texts of a call to a generator; a model in this process looks at as many at once to find those of
    /// like length. Default 32.</summary>
    public int BatchTexts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(BatchTexts));
            field = value;
        }
    } = 32;

    /// <summary>Who calls the model. Give the same to several steps to have them share. Default null: workers of the step's
    /// own, one a processor.</summary>
    public InferenceWorkers? Workers { get; init; }

    /// <summary>Whether texts of this step go to a worker only while none of other steps wait: for history beside what is
    /// live. Default false.</summary>
    public bool IsBackfill { get; init; }

    /// <summary>Names the model of a generator that does not name itself: results are kept for it.</summary>
    public string? ModelId { get; init; }

    /// <summary>How many texts are on their way in one worker of the job and in which order they go on; the timeout of a call to a
    /// generator; how often a text is tried that failed. Default: 32 texts a processor, in order, once.</summary>
    /// <remarks>Far more texts than workers, since results that are on their way to the disk count.</remarks>
    public AsyncOptions Calls
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Calls));
            field = value;
        }
    } = new() { Concurrency = 32 * Environment.ProcessorCount };
}
