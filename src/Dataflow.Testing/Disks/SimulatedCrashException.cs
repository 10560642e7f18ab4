namespace Dataflow.Testing.Disks;

/// <summary>Thrown by a <see cref="SimulatedFileSystem"/> whose process has crashed.</summary>
/// <remarks>It is not an <see cref="IOException"/>, so that code that handles failing disks does not catch it.</remarks>
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
