namespace Dataflow.Onnx;

/// <summary>The options of a step that calls a model: workers, batches, and how many results are kept.</summary>
public sealed record InferenceOptions
{
    /// <summary>The number of results kept, in memory and in the step's topic; the oldest are removed. A vector takes four bytes for each
    /// of its dimensions and about 200 more. Default 100,000.</summary>
    public int KeepResults
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(KeepResults));
            field = value;
        }
    } = 100_000;

    /// <summary>The time for which a result is kept, by the job's clock; after that the model is called again. Default null: until
    /// <see cref="KeepResults"/> is exceeded.</summary>
    public TimeSpan? KeepFor
    {
        get;
        init
        {
            if (value is { } span) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, nameof(KeepFor));
            field = value;
        }
    }

    /// <summary>The largest number of tokens of a call to a model in this process, padding of shorter texts included; texts of similar
    /// length share a call, and none waits for others to come. Default null: one text per call. On a CPU use 512 to 1,024.</summary>
    /// <remarks>Only for models whose vectors do not depend on the other texts of a call (<see cref="EmbeddingModel.DependsOnBatch"/>).
    /// Even theirs differ in the last digits.</remarks>
    public int? BatchTokens
    {
        get;
        init
        {
            if (value is { } tokens) ArgumentOutOfRangeException.ThrowIfLessThan(tokens, 1, nameof(BatchTokens));
            field = value;
        }
    }

    /// <summary>The largest number of texts of a call to a generator; a model in this process looks at that many at once to find those of
    /// similar length. Default 32.</summary>
    public int BatchTexts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(BatchTexts));
            field = value;
        }
    } = 32;

    /// <summary>The workers that call the model. Give the same to several steps to have them share. Default null: workers of the step's
    /// own, one per processor.</summary>
    public InferenceWorkers? Workers { get; init; }

    /// <summary>Whether a worker takes texts of this step only while none of other steps wait: for history beside live input. Default
    /// false.</summary>
    public bool IsBackfill { get; init; }

    /// <summary>The name of the model of a generator that does not name itself: results are recorded under it.</summary>
    public string? ModelId { get; init; }

    /// <summary>The options of calls: the texts in flight in one worker of the job and their order; the timeout of a call to a generator;
    /// the number of attempts for a text. Default: 32 texts per processor, in order, one attempt.</summary>
    /// <remarks>Far more texts than workers, since results that are being written to disk count.</remarks>
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
