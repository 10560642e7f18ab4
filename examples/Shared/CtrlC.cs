using System.Runtime.InteropServices;

namespace Dataflow.Examples;

/// <summary>Keeps a program until somebody ends it.</summary>
internal static class CtrlC
{
    /// <summary>Waits for Ctrl-C, or for the end that a supervisor asks for.</summary>
    public static async Task UntilAsync()
    {
        var asked = new TaskCompletionSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await asked.Task;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            asked.TrySetResult();
        }
    }
}
