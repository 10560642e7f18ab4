namespace Dataflow.Testing.Disks;

/// <summary>The process has ended as far as its <see cref="SimulatedFileSystem"/> is concerned.</summary>
/// <remarks>It is no <see cref="IOException"/>: code that handles failing disks must not take it for one.</remarks>
public sealed class SimulatedCrashException : Exception
{
    private SimulatedCrashException(string message)
        : base(message)
    {
    }

    internal static SimulatedCrashException At(int number, DiskOperation operation)
        => new($"Operation {number} ({operation}): the simulated process crashed here, as CrashAt asked.");

    internal static SimulatedCrashException Afterwards()
        => new("The simulated process has crashed. Go on with what AfterPowerLoss or AfterProcessCrash returns.");
}
