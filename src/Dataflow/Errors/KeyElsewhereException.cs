namespace Dataflow;

/// <summary>Thrown when a key is asked for in a process that does not have it: processes that share a pipeline have each the state of some
/// of its keys.</summary>
public sealed class KeyElsewhereException : DataflowException
{
    private KeyElsewhereException(string message, string? process, Uri? address)
        : base(message)
    {
        (Process, Address) = (process, address);
    }

    /// <summary>The machine and number of the process that has the key, by its last checkpoint; null: that is not known, while keys
    /// move.</summary>
    public string? Process { get; }

    /// <summary>The address that the process advertises (<see cref="JobOptions.AdvertisedAddress"/>); null: none.</summary>
    public Uri? Address { get; }

    internal static KeyElsewhereException Of(string pipeline, string? process, Uri? address) => new(
        $"Pipeline '{pipeline}': {process ?? "another process"} has the key. "
            + (process is null ? "Which one its next checkpoint will tell; ask again then, or ask the others too."
                : address is not null ? $"Ask it at {address}."
                : "It advertises no address; set JobOptions.AdvertisedAddress there, and ask it."),
        process, address);
}
