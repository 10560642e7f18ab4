using System.Runtime.ExceptionServices;

namespace Dataflow.Runtime;

/// <summary>Closes several things together.</summary>
internal static class Closing
{
    /// <summary>Closes all of them, even if some fail, and then throws the first failure.</summary>
    public static void All(IEnumerable<Action> closes)
    {
        Exception? first = null;
        foreach (var close in closes)
        {
            try
            {
                close();
            }
            catch (Exception error)
            {
                first ??= error;
            }
        }

        if (first is not null) ExceptionDispatchInfo.Throw(first);
    }
}
