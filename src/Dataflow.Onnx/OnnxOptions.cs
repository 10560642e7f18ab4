namespace Dataflow.Onnx;

/// <summary>Which models may be loaded, and how much a call may take.</summary>
public record OnnxOptions
{
    private const int LongestFile = 0x7FFFFFC7; // the longest array: the file is checked and loaded as one

    /// <summary>The SHA-256 that the model's file must have, in hexadecimal; see <see cref="OnnxModel.Sha256"/>. Default null: any.</summary>
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

    /// <summary>The directory that models may be loaded from, with all below it; links are followed first. Set it where the
    /// path comes from outside the program. Default null: any.</summary>
    public string? AllowedDirectory { get; init; }

    /// <summary>The longest file that is read, in bytes, with the weights that it keeps in other files; they take about as much memory.
    /// Default, and most: 2 GiB.</summary>
    public int MaxFileBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxFileBytes));
            field = Math.Min(value, LongestFile);
        }
    } = LongestFile;

    /// <summary>The most bytes that the inputs and outputs of one call may have together. Default 256 MiB.</summary>
    /// <remarks>What a call needs in between is bounded for all models together: <see cref="OnnxModel.LimitMemory"/>.</remarks>
    public long MaxCallBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxCallBytes));
            field = value;
        }
    } = 256L << 20;

    /// <summary>After how long a call is given up. ONNX Runtime looks between two operators of the graph; one that runs is
    /// not interrupted. Default null: never.</summary>
    public TimeSpan? Timeout
    {
        get;
        init
        {
            if (value is { } span) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, nameof(Timeout));
            field = value;
        }
    }

    /// <summary>How many calls run at once; others wait their turn. Each runs on one core, so that more than there are cores
    /// make none of them faster. Default null: one a processor on the CPU, two on a graphics card.</summary>
    public int? Callers
    {
        get;
        init
        {
            if (value is { } count) ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(Callers));
            field = value;
        }
    }

    /// <summary>Where it runs. Default: on a graphics card if the ONNX Runtime package that the program references offers
    /// CUDA, else on the CPU; <see cref="OnnxModel.Device"/> and the plan say which it was.</summary>
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

    /// <summary>Whether the model is called once when it is loaded, with zeros and one of whatever there may be any number
    /// of: the first call takes longer than others. Default false.</summary>
    public bool WarmsUp { get; init; }
}
