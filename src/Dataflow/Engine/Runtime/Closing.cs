using System.Runtime.ExceptionServices;

namespace Dataflow.Runtime;

/// <summary>Closes things that belong together.</summary>
internal static class Closing
{
    /// <summary>Closes all of them, whatever fails on the way, and throws the first failure then.</summary>
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
