Feature: Relays
  The relay is a real proxy with a list of destinations that it lets pass.

  @REL-01 @must @S2
  Rule: A plain HTTP/1.1 relay works, also one that is strict about the Host header

    Scenario Outline: The address of the relay is given as <form>
      Given a closed network with a strict relay
      When the product is installed with the address of the relay as <form>
      Then it enrols through the relay, or refuses the address with an error
      And every tunnel that it asks for names its target in the Host header

      Examples:
        | form      |
        | host:port |
        | URL       |

  @REL-02 @must @S2 @stimulus:any
  Rule: The product needs no destination that it does not declare

    Scenario: What the product asks the relay for
      Given the product works in a closed network
      When an attack happens
      Then it is reported in time
      And it has asked the relay for declared destinations only
