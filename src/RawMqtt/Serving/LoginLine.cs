// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt.Serving;

/// <summary>The line of logins that wait for one of few places: addresses take turns, each name of an address has one place at a time, and both are
/// bounded.</summary>
/// <param name="places">Logins that are checked at the same time.</param>
/// <param name="limit">Logins that may wait; one address may have an eighth of them, and one name of an address a quarter of those.</param>
internal sealed class LoginLine(int places, int limit)
{
    private readonly Lock gate = new();
    private readonly LinkedList<(IPAddress Address, List<Login> Waiting)> addresses = new(); // whose turn is next first
    private readonly HashSet<(IPAddress Address, string Name)> busy = [];
    private int free = places;
    private int waiting;

    private int MostOfAddress => Math.Max(1, limit / 8);

    /// <summary>Waits for a place.</summary>
    /// <param name="address">Where the login comes from.</param>
    /// <param name="name">The user name.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A login that ends with <see cref="FreePlace"/> and <see cref="End"/>; null: the line is too long.</returns>
    public async ValueTask<Login?> EnterAsync(IPAddress address, string name, CancellationToken cancellationToken)
    {
        var login = new Login(address, name);
        lock (gate)
        {
            if (!TryAdd(login)) return null;
            Advance();
            login.HasWaited = !login.Admitted.Task.IsCompleted;
        }

        try
        {
            await login.Admitted.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return login;
        }
        catch (OperationCanceledException)
        {
            if (!TryRemove(login))
            {
                FreePlace();
                End(login);
            }

            throw;
        }
    }

    /// <summary>Gives the place to another login.</summary>
    public void FreePlace()
    {
        lock (gate)
        {
            free++;
            Advance();
        }
    }

    /// <summary>Lets the next login of the same address and name have a place.</summary>
    public void End(Login login)
    {
        lock (gate)
        {
            busy.Remove((login.Address, login.Name));
            Advance();
        }
    }

    private bool TryAdd(Login login)
    {
        List<Login>? line = addresses.FirstOrDefault(one => one.Address.Equals(login.Address)).Waiting;
        int ofName = line?.Count(one => one.Name == login.Name) ?? 0;
        if (waiting >= limit || line?.Count >= MostOfAddress || ofName >= Math.Max(1, MostOfAddress / 4)) return false;
        line ??= addresses.AddLast((login.Address, [])).Value.Waiting;
        line.Add(login);
        waiting++;
        return true;
    }

    private bool TryRemove(Login login)
    {
        lock (gate)
        {
            for (LinkedListNode<(IPAddress Address, List<Login> Waiting)>? node = addresses.First; node is not null; node = node.Next)
            {
                if (!node.Value.Waiting.Remove(login)) continue;
                if (node.Value.Waiting.Count == 0) addresses.Remove(node);
                waiting--;
                return true;
            }

            return false;
        }
    }

    private void Advance()
    {
        for (LinkedListNode<(IPAddress Address, List<Login> Waiting)>? node = addresses.First, next; free > 0 && node is not null; node = next)
        {
            next = node.Next;
            (IPAddress address, List<Login> line) = node.Value;
            int index = line.FindIndex(login => !busy.Contains((address, login.Name)));
            if (index < 0) continue;
            Login admitted = line[index];
            line.RemoveAt(index);
            addresses.Remove(node);
            if (line.Count > 0) addresses.AddLast(node); // the others go first
            waiting--;
            free--;
            busy.Add((address, admitted.Name));
            admitted.Admitted.SetResult();
        }
    }

    /// <summary>A login in the line, or at its place.</summary>
    internal sealed class Login(IPAddress address, string name)
    {
        public IPAddress Address { get; } = address;

        public string Name { get; } = name;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Gets or sets whether others were before it.</summary>
        public bool HasWaited { get; set; }
    }
}
