namespace Dataflow.Onnx;

/// <summary>The options of a model: which files may be loaded, and the resources of a call.</summary>
public record OnnxOptions
{
    private const int LongestFile = 0x7FFFFFC7; // the longest array: the file is checked and loaded as one

    /// <summary>The SHA-256 that the model's file must have, in hexadecimal; see <see cref="OnnxModel.Sha256"/>. Default null:
    /// any.</summary>
    public string? ExpectedSha256
    {
        get;
        init
        {
            if (value is not null && (value.Length != 64 || !value.All(char.IsAsciiHexDigit)))
            {
                throw new ArgumentException(
                    $"'{value}' is not a SHA-256: 64 hexadecimal digits are expected.", nameof(ExpectedSha256));
            }
            field = value;
        }
    }

    /// <summary>The directory, including everything below it, from which models may be loaded; links are resolved first. Set it where the
    /// path comes from outside the program. Default null: any.</summary>
    public string? AllowedDirectory { get; init; }

    /// <summary>The largest size of a file in bytes, including the weights that it keeps in other files; loading takes about that much
    /// memory. Default, and largest value: 2 GiB.</summary>
    public int MaxFileBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxFileBytes));
            field = Math.Min(value, LongestFile);
        }
    } = LongestFile;

    /// <summary>The largest total size in bytes of the inputs and outputs of one call. Default 256 MiB.</summary>
    /// <remarks><see cref="OnnxModel.LimitMemory"/> limits the intermediate results, for all models together.</remarks>
    public long MaxCallBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxCallBytes));
            field = value;
        }
    } = 256L << 20;

    /// <summary>The timeout of a call. ONNX Runtime checks it between two operators of the graph; a running one is not interrupted. Default
    /// null: none.</summary>
    public TimeSpan? Timeout
    {
        get;
        init
        {
            if (value is { } span) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, nameof(Timeout));
            field = value;
        }
    }

    /// <summary>The number of concurrent calls; others wait. Each runs on one core, so that more calls than cores are not faster. Default
    /// null: one per processor on the CPU, two on a graphics card.</summary>
    public int? Callers
    {
        get;
        init
        {
            if (value is { } count) ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(Callers));
            field = value;
        }
    }

    /// <summary>The device to run on. Default: a graphics card if the ONNX Runtime package that the program references offers CUDA, else
    /// the CPU; <see cref="OnnxModel.Device"/> and the plan say which it was.</summary>
    public ModelDevice Device
    {
        get;
        init
        {
            if (!Enum.IsDefined(value))
                throw new ArgumentOutOfRangeException(nameof(Device), value, "There is no such device.");
            field = value;
        }
    }

    /// <summary>Whether the model is called once when it is loaded, with zeros and 1 for every free dimension: the first call takes longer
    /// than others. Default false.</summary>
    public bool WarmsUp { get; init; }
}
